import { Fragment } from "react";
import { type Line, MASK } from "./entry-lines.js";

const WORDS: Readonly<Record<Line["kind"], string>> = {
  same: "",
  added: "added",
  removed: "removed",
  changed: "changed",
};
const CLASSES: Readonly<Record<Line["kind"], string>> = { same: "", added: "add", removed: "del", changed: "chg" };

/** Settings, a line each, with what would become of them. Secrets are masked; of a changed one only that is said. */
export function DiffView({ lines, label }: { readonly lines: readonly Line[]; readonly label: string }) {
  const isPlain = lines.every(({ kind }) => kind === "same");
  return (
    <div className={isPlain ? "diff plain" : "diff"} role="group" aria-label={label}>
      {lines.map((line, n) => (
        // Two lines may be alike, and lines do not move.
        <div key={n} className={CLASSES[line.kind]}>
          <span>{WORDS[line.kind]}</span>
          <span>
            {line.name}: <Masked text={line.text} changed={line.kind === "changed"} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** A text whose masks look like masks. */
function Masked({ text, changed = false }: { readonly text: string; readonly changed?: boolean }) {
  return text.split(MASK).map((part, n) => (
    // Parts of a text have no other name.
    <Fragment key={n}>
      {n > 0 && <span className="mask">{changed ? "masked, changed" : "masked"}</span>}
      {part}
    </Fragment>
  ));
}
