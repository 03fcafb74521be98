import type { MessageInitShape } from "@bufbuild/protobuf";
import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useMemo, useState } from "react";
import {
  type PreviewSharedRepoRequestSchema,
  type PreviewSharedRepoResponse,
  PushService,
} from "../../../../gen/hub/v1/pushes_pb.js";
import { useLivePart } from "../../live/live.js";
import { summarizePreviews } from "./previews.js";

/** Asks what a change would do; the answer stands until it is dropped. @param granted as in {@link summarizePreviews} */
export function usePreview(granted = false) {
  const transport = useTransport();
  const [preview, setPreview] = useState<PreviewSharedRepoResponse>();
  const machines = useLivePart((state) => state.machines);
  const summary = useMemo(() => summarizePreviews(preview?.machines ?? [], granted), [preview, granted]);
  const offline = useMemo(
    () => new Set([...machines.values()].filter(({ connected }) => !connected).map(({ instanceId }) => instanceId)),
    [machines],
  );
  return {
    preview,
    summary,
    offline,
    /** To how many machines something would be sent. */
    sends: summary.goes.length,
    /** Where it names machines, of those only. */
    ask: async (request: MessageInitShape<typeof PreviewSharedRepoRequestSchema>) => {
      const found = await callUnaryMethod(transport, PushService.method.previewSharedRepo, request);
      const wanted = new Set(request.instanceIds ?? []);
      const asked = found.machines.filter(({ instanceId }) => wanted.size === 0 || wanted.has(instanceId));
      setPreview({ ...found, machines: asked });
    },
    drop: () => setPreview(undefined),
  };
}
