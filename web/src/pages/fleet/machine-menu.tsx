import { useLocation } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { historyPath, machinePath } from "../../frame/pages.js";
import { ask } from "../../machine/asked.js";
import { NOT_SNOOZED, type SettingsChange, useChangeFromMenu } from "../../machine/use-settings-change.js";
import { Icon } from "../../parts/icon.js";
import { Menu, type MenuItem } from "../../parts/menu.js";
import { useHasRole, useMay } from "../../session/session.js";

/** What else can be done with a machine. Who may only look is shown where to look. */
export function MachineMenu({ machine }: { readonly machine: InstanceHealth }) {
  const [, navigate] = useLocation();
  const operator = useHasRole(Role.OPERATOR);
  const { may } = useMay(Role.OPERATOR);
  const set = useChangeFromMenu();
  const { instanceId, settings } = machine;
  const change = (next: Omit<SettingsChange, "instanceId">, done: string, back?: Omit<SettingsChange, "instanceId">) =>
    void set({ instanceId, ...next }, done, back && { instanceId, ...back });
  const items: MenuItem[] = [
    { label: "Open", onSelect: () => navigate(machinePath(instanceId)) },
    { label: "Its history", onSelect: () => navigate(historyPath({ machine: instanceId })) },
  ];
  if (operator) {
    const disabled = !may;
    const snoozedUntil = settings?.snoozedUntil;
    const snoozed = snoozedUntil !== undefined;
    items.push(
      {
        label: snoozed ? "Snooze until another day …" : "Snooze …",
        disabled,
        onSelect: () => ask({ change: "snooze", instanceId }),
      },
      ...(snoozed
        ? [
            {
              label: "End the snooze",
              disabled,
              onSelect: () =>
                change({ snoozedUntil: NOT_SNOOZED }, `${instanceId} is no longer snoozed.`, { snoozedUntil }),
            },
          ]
        : []),
      settings?.notAlwaysOn === true
        ? {
            label: "It is always on",
            disabled,
            onSelect: () => change({ notAlwaysOn: false }, `${instanceId} is always on.`, { notAlwaysOn: true }),
          }
        : {
            label: "It is not always on",
            disabled,
            onSelect: () =>
              change({ notAlwaysOn: true }, `${instanceId} is not always on: it may be late by a week.`, {
                notAlwaysOn: false,
              }),
          },
      settings?.ignored === true
        ? {
            label: "No longer ignore",
            disabled,
            onSelect: () => change({ ignored: false }, `${instanceId} is no longer ignored.`, { ignored: true }),
          }
        : { label: "Ignore …", disabled, onSelect: () => ask({ change: "ignore", instanceId }) },
      { label: "Remove …", danger: true, disabled, onSelect: () => ask({ change: "remove", instanceId }) },
    );
  }
  return (
    <Menu
      items={items}
      trigger={
        <button type="button" className="icon-btn" aria-label={`More for ${instanceId}`}>
          <Icon name="more" size={18} />
        </button>
      }
    />
  );
}
