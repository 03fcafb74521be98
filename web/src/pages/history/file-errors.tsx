import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { CopyButton } from "../../parts/copy-button.js";
import { firstWords } from "../../words/harmless.js";
import { count, many } from "../../words/sizes.js";

const SHOWN = 50;

/** What a backup could not read. */
export function FileErrors({ operation: { op } }: { readonly operation: Operation }) {
  const errors = op.case === "operationBackup" ? op.value.errors : [];
  if (errors.length === 0) return null;
  return (
    <details open={errors.length <= 3}>
      <summary>{many(errors.length, "file")} could not be read</summary>
      <ul className="stack-2 op-list">
        {errors.slice(0, SHOWN).map(({ item, during, message }, n) => (
          // The same file may come twice.
          <li key={n}>
            <bdi className="mono small">{firstWords(item, 400)}</bdi>
            <bdi className="small muted">
              {firstWords(message, 400)}
              {during !== "" && ` (${firstWords(during, 40)})`}
            </bdi>
          </li>
        ))}
      </ul>
      {errors.length > SHOWN && <p className="hint">and {count(errors.length - SHOWN)} more</p>}
      <CopyButton text={errors.map(({ item, message }) => `${item}: ${message}`).join("\n")} label="Copy the list" />
    </details>
  );
}
