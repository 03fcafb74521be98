import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { FleetService, type SetInstanceHealthRequestSchema } from "../../../../gen/hub/v1/fleet_pb.js";

type Change = Omit<MessageInitShape<typeof SetInstanceHealthRequestSchema>, "$typeName" | "instanceId">;

/** Sets how a machine is judged; the verdict that follows comes with the stream. */
export function useHealthSettings(instanceId: string) {
  const mutation = useMutation(FleetService.method.setInstanceHealth);
  return {
    isPending: mutation.isPending,
    error: mutation.error,
    set: (change: Change) => mutation.mutate({ ...change, instanceId }),
    /** @param untilMs undefined ends it */
    snooze: (untilMs: number | undefined) =>
      mutation.mutate({ instanceId, snoozedUntil: timestampFromMs(untilMs ?? 0) }),
  };
}
