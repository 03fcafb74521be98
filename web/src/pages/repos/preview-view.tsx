import type { PreviewSharedRepoResponse } from "../../../../gen/hub/v1/pushes_pb.js";
import { Mark } from "../../parts/mark.js";
import { Words } from "../../parts/words.js";
import { asSentence, isAboutGrant } from "../../words/hub-words.js";
import { many } from "../../words/sizes.js";
import { DiffView } from "./diff-view.js";
import { repoDifferenceLines } from "./entry-lines.js";
import { names, type PreviewGroup, type PreviewSummary, warnings } from "./previews.js";

const MOST_BLOCKED = 5;

interface PreviewViewProps {
  readonly preview: PreviewSharedRepoResponse;
  readonly summary: PreviewSummary;
  readonly offline: ReadonlySet<string>;
}

/** What a change of a shared repo would do, at the hub and on each machine, before anything is sent. */
export function PreviewView({ preview: { change }, summary, offline }: PreviewViewProps) {
  const { groups, goes, have, held } = summary;
  const unsaid = held.filter(({ message }) => isAboutGrant(message)).map(({ instanceId }) => instanceId);
  const blocked = held.filter(({ message }) => !isAboutGrant(message));
  const waiting = goes.filter((id) => offline.has(id));
  // Mostly the machines have what the hub has, and what changes on them is what changes here.
  const extra = change === undefined ? groups : groups.filter((group) => !isSame(group, change));
  return (
    <>
      {change !== undefined && (
        <DiffView lines={repoDifferenceLines(change)} label={`What changes of ${change.after?.id ?? ""}`} />
      )}
      {extra.map((group) => (
        <section key={group.instanceIds.join("\n")} className="stack-2">
          <h3>On {names(group.instanceIds)}</h3>
          {!group.shows && (
            <p className="small muted">
              {group.instanceIds.length === 1 ? "It does" : "They do"} not show the configuration: what is there now is
              not known.
            </p>
          )}
          <DiffView lines={repoDifferenceLines(group.difference)} label={`Difference on ${names(group.instanceIds)}`} />
        </section>
      ))}
      {(change === undefined ? [] : warnings(change)).map((warning) => (
        <div key={warning} className="note v-late">
          <Mark name="warning" size={18} />
          <div>
            <Words text={warning} />
          </div>
        </div>
      ))}
      <ul className="ways">
        {goes.length > 0 && (
          <li>
            Goes to {many(goes.length, "machine")}
            {waiting.length > 0 &&
              `; ${names(waiting)} ${waiting.length === 1 ? "is" : "are"} offline and ${waiting.length === 1 ? "gets" : "get"} it on connecting`}
            .
          </li>
        )}
        {have.length > 0 && (
          <li>
            {names(have)} {have.length === 1 ? "has" : "have"} all of it already.
          </li>
        )}
        {goes.length + have.length + held.length === 0 && <li>It is shared with no machine: nothing is sent.</li>}
        {unsaid.length > 0 && (
          <li>
            <b>Not sent to {names(unsaid)} yet</b>: a Backrest does not tell what it allows, and nobody has said that{" "}
            {unsaid.length === 1 ? "this one allows" : "these allow"} it.
          </li>
        )}
        {blocked.slice(0, MOST_BLOCKED).map(({ instanceId, message }) => (
          <li key={instanceId}>
            <b>Not sent to {instanceId}</b>: <Words text={asSentence(message)} />
          </li>
        ))}
        {blocked.length > MOST_BLOCKED && <li>Nor to {blocked.length - MOST_BLOCKED} more, for such a reason.</li>}
      </ul>
    </>
  );
}

function isSame(
  { difference, shows }: PreviewGroup,
  change: NonNullable<PreviewSharedRepoResponse["change"]>,
): boolean {
  return shows && linesKey(difference) === linesKey(change);
}

/** What the hub keeps for itself is none of a machine's. */
function linesKey(change: NonNullable<PreviewSharedRepoResponse["change"]>): string {
  return JSON.stringify(repoDifferenceLines(change).filter(({ kind }) => kind !== "same"));
}
