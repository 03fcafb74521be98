import type { RemoteConfig } from "../../../../gen/v1sync/syncservice_pb.js";
import { entriesOf, type MachineChange, newPlanText } from "./machine-change.js";

interface EntryChoiceProps {
  readonly config: RemoteConfig | undefined;
  readonly change: MachineChange | undefined;
  readonly onChange: (change: MachineChange | undefined) => void;
}

const NEW = "new plan";

/** Which plan or repo of a machine, and whether it is to change or to go. */
export function EntryChoice({ config, change, onChange }: EntryChoiceProps) {
  const entries = entriesOf(config);
  const choose = (value: string) => {
    const entry = entries.find(({ kind, id }) => `${kind} ${id}` === value);
    if (entry !== undefined) onChange({ ...entry, remove: false });
    else onChange(value === NEW ? { kind: "plan", id: "", text: newPlanText(config), remove: false } : undefined);
  };
  return (
    <>
      <div className="field">
        <label htmlFor="change-entry">Plan or repo</label>
        <select
          className="input"
          id="change-entry"
          value={change === undefined ? "" : change.id === "" ? NEW : `${change.kind} ${change.id}`}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">Choose …</option>
          {entries.map(({ kind, id }) => (
            <option key={`${kind} ${id}`} value={`${kind} ${id}`}>
              {kind} {id}
            </option>
          ))}
          <option value={NEW}>A new plan</option>
        </select>
      </div>
      {change !== undefined && change.id !== "" && (
        <label className="check">
          <input
            type="checkbox"
            checked={change.remove}
            onChange={(event) => onChange({ ...change, remove: event.target.checked })}
          />
          <span>Delete this {change.kind} on the machine</span>
        </label>
      )}
    </>
  );
}
