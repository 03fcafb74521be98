import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { useId } from "react";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { Card } from "../../parts/card.js";
import { Failed } from "../../parts/list-states.js";
import { useMay } from "../../session/session.js";
import { useHealthSettings } from "./health-settings.js";
import { choices, GRACES, LIMITS, spanWords } from "./spans.js";
import { SnoozeField } from "./snooze-field.js";

/** How the machine is judged. */
export function ExpectationCard({ machine }: { readonly machine: InstanceHealth }) {
  const id = useId();
  const { may, why } = useMay(Role.OPERATOR);
  const { set, isPending, error } = useHealthSettings(machine.instanceId);
  const { notAlwaysOn = false, ignored = false, grace, limit } = machine.settings ?? {};
  const disabled = !may || isPending;
  const [graceMs, limitMs] = [grace, limit].map((each) => (each === undefined ? undefined : durationMs(each)));
  return (
    <Card title="Expectation" note={why}>
      {error !== null && (
        <Failed what="It could not be set" error={error} rpc="hub.v1.FleetService/SetInstanceHealth" />
      )}
      <div className="body stack">
        <label className="check">
          <input
            type="checkbox"
            checked={notAlwaysOn}
            disabled={disabled}
            onChange={({ target }) => set({ notAlwaysOn: target.checked })}
          />
          <span>
            <b>Not always on</b>{" "}
            <span className="hint">
              For laptops and machines that are switched off at night. Being away is then no news; only the time without
              a backup counts.
            </span>
          </span>
        </label>
        <div className="row">
          <div className="field">
            <label htmlFor={`${id}g`}>Grace</label>
            <select
              className="input"
              id={`${id}g`}
              value={graceMs ?? 0}
              disabled={disabled}
              onChange={({ target }) => set({ grace: durationFromMs(Number(target.value)) })}
            >
              <option value={0}>{notAlwaysOn ? "1 week" : "by schedule"}</option>
              {choices(GRACES, graceMs).map((ms) => (
                <option key={ms} value={ms}>
                  {spanWords(ms)}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor={`${id}l`}>Own limit</label>
            <select
              className="input"
              id={`${id}l`}
              value={limitMs ?? 0}
              disabled={disabled}
              onChange={({ target }) => set({ limit: durationFromMs(Number(target.value)) })}
            >
              <option value={0}>none</option>
              {choices(LIMITS, limitMs).map((ms) => (
                <option key={ms} value={ms}>
                  {spanWords(ms)}
                </option>
              ))}
            </select>
          </div>
        </div>
        <p className="hint">
          Grace: how late a backup may be. Limit: how long a plan may be without one, where neither its schedule nor its
          rhythm is known.
        </p>
        <SnoozeField machine={machine} disabled={disabled} />
        <label className="check">
          <input
            type="checkbox"
            checked={ignored}
            disabled={disabled}
            onChange={({ target }) => set({ ignored: target.checked })}
          />
          <span>
            <b>Ignore</b>{" "}
            <span className="hint">
              Keeps its verdict, never needs attention and counts in no figure. Its history goes on.
            </span>
          </span>
        </label>
      </div>
    </Card>
  );
}
