import { useId, useState } from "react";
import { many } from "../../words/sizes.js";

interface MachineChoiceProps {
  readonly ids: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** Some of many machines. */
export function MachineChoice({ ids, chosen, onChange }: MachineChoiceProps) {
  const [find, setFind] = useState("");
  const id = useId();
  const found = ids.filter((name) => name.toLowerCase().includes(find.trim().toLowerCase()));
  const set = (names: readonly string[], on: boolean) => {
    const next = new Set(chosen);
    for (const name of names) {
      if (on) next.add(name);
      else next.delete(name);
    }
    onChange(next);
  };
  const all = found.length > 0 && found.every((name) => chosen.has(name));
  return (
    <fieldset className="choices">
      <legend className="label">Machines that do not have it from this hub</legend>
      {ids.length > 8 && (
        <div className="field">
          <label htmlFor={id} className="sr">
            Find a machine
          </label>
          <input
            className="input"
            id={id}
            type="search"
            placeholder="Find a machine"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
        </div>
      )}
      <div className="choice-list">
        {found.map((name) => (
          <label key={name} className="check">
            <input type="checkbox" checked={chosen.has(name)} onChange={(event) => set([name], event.target.checked)} />
            <span>{name}</span>
          </label>
        ))}
        {found.length === 0 && <p className="muted">No machine has “{find}” in its name.</p>}
      </div>
      <div className="row">
        <button type="button" className="btn" disabled={found.length === 0} onClick={() => set(found, !all)}>
          {all ? "Choose none" : `Choose all ${found.length}`}
        </button>
        <span className="muted">{many(ids.filter((name) => chosen.has(name)).length, "machine")} chosen</span>
      </div>
    </fieldset>
  );
}
