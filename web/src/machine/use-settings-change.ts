import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { ConnectError } from "@connectrpc/connect";
import { useCallback } from "react";
import { FleetService, SetInstanceHealthRequestSchema } from "../../../gen/hub/v1/fleet_pb.js";
import { said } from "../parts/toasts.js";

type Settings = Omit<MessageInitShape<typeof SetInstanceHealthRequestSchema>, "$typeName" | "instanceId">;

/** What is set of how a machine is judged; what is absent stays as it is. */
export interface SettingsChange extends Settings {
  readonly instanceId: string;
}

/** Ends a snooze: the hub takes a time at or before 1970 for that. */
export const NOT_SNOOZED = timestampFromMs(0);

/** Sets how a machine is judged; what comes of it comes with the live stream. */
export function useSettingsChange(): (change: SettingsChange) => Promise<void> {
  const transport = useTransport();
  return useCallback(
    async (change) => {
      const request = create(SetInstanceHealthRequestSchema, change);
      await callUnaryMethod(transport, FleetService.method.setInstanceHealth, request);
    },
    [transport],
  );
}

/** The same from a menu, which is closed by then: what came of it is said in a toast, with the way back if there is one. */
export function useChangeFromMenu(): (change: SettingsChange, done: string, back?: SettingsChange) => Promise<void> {
  const set = useSettingsChange();
  return useCallback(
    async (change, done, back) => {
      try {
        await set(change);
        said(done, back && { label: "Undo", run: () => set(back) });
      } catch (reason) {
        said(`${change.instanceId} was not changed: ${ConnectError.from(reason).rawMessage}`);
      }
    },
    [set],
  );
}
