import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { firstWords } from "../../words/harmless.js";
import { count, many } from "../../words/sizes.js";
import { exact } from "../../words/times.js";
import { shortId } from "./operation-words.js";

const SHOWN = 100;

/** The snapshots that were dropped. */
export function Forgotten({ operation: { op } }: { readonly operation: Operation }) {
  const snapshots = op.case === "operationForget" ? op.value.forget : [];
  if (snapshots.length === 0) return null;
  return (
    <details>
      <summary>{many(snapshots.length, "snapshot")} dropped</summary>
      <ul className="stack-2 op-list">
        {snapshots.slice(0, SHOWN).map(({ id, unixTimeMs, paths }, n) => (
          // Nothing keeps a machine from naming one twice.
          <li key={n}>
            <span>
              <bdi className="mono small">{shortId(id)}</bdi>{" "}
              <span className="small muted">{unixTimeMs === 0n ? "" : exact(Number(unixTimeMs))}</span>
            </span>
            <bdi className="small dim">{firstWords(paths.join(", "), 200)}</bdi>
          </li>
        ))}
      </ul>
      {snapshots.length > SHOWN && <p className="hint">and {count(snapshots.length - SHOWN)} more</p>}
    </details>
  );
}
