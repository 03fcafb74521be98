import { create } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { ConnectError } from "@connectrpc/connect";
import { useCallback } from "react";
import { FleetService, SetInstanceHealthRequestSchema } from "../../../gen/hub/v1/fleet_pb.js";
import { said } from "../parts/toasts.js";

export interface SettingsChange {
  readonly instanceId: string;
  readonly notAlwaysOn?: boolean;
  /** A time at or before 1970 ends a snooze. */
  readonly snoozedUntil?: Timestamp;
  readonly ignored?: boolean;
}

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
