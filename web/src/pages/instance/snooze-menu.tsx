import { ConnectError } from "@connectrpc/connect";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { useShortcuts } from "../../keys.js";
import { useNow } from "../../live/now.js";
import { PAGE_SNOOZES } from "../../machine/snooze-times.js";
import { Menu } from "../../parts/menu.js";
import { useMay } from "../../session/session.js";
import { useHealthSettings } from "./health-settings.js";

/** Has the machine leave "Needs attention" for a while. */
export function SnoozeMenu({ machine }: { readonly machine: InstanceHealth }) {
  const nowMs = useNow();
  const { may, why } = useMay(Role.OPERATOR);
  const { snooze, isPending, error } = useHealthSettings(machine.instanceId);
  useShortcuts([{ keys: "z", does: "Snooze this machine for an hour", run: () => may && snooze(nowMs + 3_600_000) }]);
  const isSnoozed = machine.settings?.snoozedUntil !== undefined;
  const trigger = (
    <button type="button" className="btn" disabled={!may || isPending} title={why}>
      {isSnoozed ? "Change the snooze" : "Snooze"}
    </button>
  );
  if (!may) return trigger;
  return (
    <>
      {error !== null && (
        <span className="small" role="alert">
          It could not be snoozed: {ConnectError.from(error).rawMessage}
        </span>
      )}
      <Menu
        trigger={trigger}
        items={[
          ...PAGE_SNOOZES.map(({ words, untilMs }) => ({
            label: `Until ${words === "tomorrow" ? "tomorrow, 08:00" : `${words} from now`}`,
            onSelect: () => snooze(untilMs(nowMs)),
          })),
          ...(isSnoozed ? [{ label: "End the snooze", onSelect: () => snooze(undefined) }] : []),
        ]}
      />
    </>
  );
}
