import { useId, useState } from "react";
import { useLivePart } from "../../live/live.js";

interface ReinstalledFieldProps {
  /** The machine's name; empty for a new one. */
  readonly value: string;
  readonly onChange: (instanceId: string) => void;
}

/** For a machine whose name is known here and whose key is new. */
export function ReinstalledField({ value, onChange }: ReinstalledFieldProps) {
  const id = useId();
  const [open, setOpen] = useState(value !== "");
  const machines = useLivePart((state) => state.machines);
  if (machines.size === 0 && !open) return null;
  return (
    <div className="stack-2">
      <label className="opt alone">
        <input
          type="checkbox"
          checked={open}
          aria-labelledby={`${id}-t`}
          aria-describedby={`${id}-h`}
          onChange={(event) => {
            setOpen(event.target.checked);
            if (!event.target.checked) onChange("");
          }}
        />
        <b id={`${id}-t`}>It is installed anew, or was updated from 1.12</b>
        <span className="hint" id={`${id}-h`}>
          Its name is known here and its key is new. Only the machine with that name can use the token. It keeps its
          history; its old key is let in no more.
        </span>
      </label>
      {open && (
        <div className="field narrow">
          <label htmlFor={id}>Its instance ID</label>
          <input
            className="input"
            id={id}
            list={`${id}-known`}
            required
            autoCapitalize="none"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={`${id}-known`}>
            {[...machines.keys()].map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
      )}
    </div>
  );
}
