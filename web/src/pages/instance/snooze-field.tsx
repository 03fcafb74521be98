import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useId, useState } from "react";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { useNow } from "../../live/now.js";
import { firstDay, morningOf, PAGE_SNOOZES } from "../../machine/snooze-times.js";
import { Failed } from "../../parts/list-states.js";
import { moment } from "../../words/times.js";
import { useHealthSettings } from "./health-settings.js";

interface SnoozeFieldProps {
  readonly machine: InstanceHealth;
  readonly disabled: boolean;
}

/** Until when the machine leaves "Needs attention". */
export function SnoozeField({ machine, disabled }: SnoozeFieldProps) {
  const id = useId();
  const nowMs = useNow();
  const { snooze, error } = useHealthSettings(machine.instanceId);
  const [picks, setPicks] = useState(false);
  const [day, setDay] = useState("");
  const until = machine.settings?.snoozedUntil;
  const picked = morningOf(day, nowMs);
  return (
    <div className="field">
      <span className="label" id={id}>
        {until === undefined ? "Snooze until" : `Snoozed until ${moment(timestampMs(until), nowMs)}`}
      </span>
      <fieldset className="seg" aria-labelledby={id}>
        {PAGE_SNOOZES.map(({ words, untilMs }) => (
          <button key={words} type="button" disabled={disabled} onClick={() => snooze(untilMs(nowMs))}>
            {words}
          </button>
        ))}
        <button type="button" disabled={disabled} aria-expanded={picks} onClick={() => setPicks(!picks)}>
          date …
        </button>
      </fieldset>
      {picks && (
        <div className="row">
          <input
            className="input"
            type="date"
            aria-label="Day"
            min={firstDay(nowMs)}
            value={day}
            disabled={disabled}
            onChange={({ target }) => setDay(target.value)}
          />
          <button
            type="button"
            className="btn"
            disabled={disabled || picked === undefined}
            onClick={() => {
              snooze(picked);
              setPicks(false);
            }}
          >
            Snooze
          </button>
        </div>
      )}
      {error !== null && (
        <Failed what="It could not be snoozed" error={error} rpc="hub.v1.FleetService/SetInstanceHealth" />
      )}
      {until !== undefined && (
        <div>
          <button type="button" className="btn" disabled={disabled} onClick={() => snooze(undefined)}>
            End the snooze
          </button>
        </div>
      )}
      <span className="hint">
        A snoozed machine keeps its verdict, but leaves “Needs attention” and sends no alert until then.
      </span>
    </div>
  );
}
