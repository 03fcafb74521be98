import { useId } from "react";
import { CopyButton } from "../../parts/copy-button.js";
import { Mark } from "../../parts/mark.js";
import type { Labels } from "../../words/labels.js";
import { addressNote } from "./address.js";

interface AddressFieldProps {
  readonly address: string;
  readonly onChange: (address: string) => void;
  readonly labels: Labels;
}

/** The address that the machine dials, to be corrected and copied, and what is to be said about it. */
export function AddressField({ address, onChange, labels }: AddressFieldProps) {
  const id = useId();
  const note = addressNote(address, labels);
  return (
    <div className="stack-2">
      <div className="copy address">
        <input
          className="input mono"
          aria-label="Address of this hub, as the machine reaches it"
          aria-describedby={note === undefined ? undefined : id}
          aria-invalid={note?.kind === "wrong"}
          value={address}
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value.trim())}
        />
        <CopyButton text={address} label="Copy address" disabled={note?.kind === "wrong"} />
      </div>
      {note !== undefined && (
        <div className={`note ${note.kind === "wrong" ? "v-failing" : "v-late"}`} id={id}>
          <Mark name={note.kind === "wrong" ? "failing" : "warning"} />
          <div className="small">{note.words}</div>
        </div>
      )}
    </div>
  );
}
