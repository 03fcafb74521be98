import { ConnectError } from "@connectrpc/connect";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { useShortcuts } from "../../keys.js";
import { useNow } from "../../live/now.js";
import { Menu } from "../../parts/menu.js";
import { useMay } from "../../session/session.js";
import { useHealthSettings } from "./health-settings.js";
import { SNOOZES } from "./snooze.js";

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
          ...SNOOZES.map(({ label, until }) => ({
            label: `Until ${label === "tomorrow" ? "tomorrow, 08:00" : `${label} from now`}`,
            onSelect: () => snooze(until(nowMs)),
          })),
          ...(isSnoozed ? [{ label: "End the snooze", onSelect: () => snooze(undefined) }] : []),
        ]}
      />
    </>
  );
}
