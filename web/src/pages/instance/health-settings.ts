import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@tanstack/react-query";
import { NOT_SNOOZED, type SettingsChange, useSettingsChange } from "../../machine/use-settings-change.js";

/** How a machine is judged, set from its page, which shows what came of it. */
export function useHealthSettings(instanceId: string) {
  const { mutate, isPending, error } = useMutation({ mutationFn: useSettingsChange() });
  return {
    isPending,
    error,
    set: (change: Omit<SettingsChange, "instanceId">) => mutate({ ...change, instanceId }),
    /** @param untilMs undefined ends it */
    snooze: (untilMs: number | undefined) =>
      mutate({ instanceId, snoozedUntil: untilMs === undefined ? NOT_SNOOZED : timestampFromMs(untilMs) }),
  };
}
