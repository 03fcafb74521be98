import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "wouter";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { useLivePart } from "../../live/live.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { ROOT } from "../../root.js";
import { addressOf } from "../../words/addresses.js";
import { count } from "../../words/sizes.js";
import { sayRefusal } from "../../words/refusals.js";

const MOST = 5;

interface RefusedListProps {
  readonly machine: InstanceHealth;
  readonly keyids: readonly string[];
}

/** What kept the machine out or broke its session, the newest first; also what only claims its name. */
export function RefusedList({ machine: { instanceId }, keyids }: RefusedListProps) {
  const refused = useLivePart((state) => state.refused);
  const own = [...refused.values()]
    .filter((entry) => entry.instanceId === instanceId || (entry.keyid !== "" && keyids.includes(entry.keyid)))
    .toSorted((a, b) => lastMs(b) - lastMs(a));
  if (own.length === 0)
    return (
      <footer>
        <span>No connection of it was refused or broke, as far as the record goes back.</span>
      </footer>
    );
  return (
    <>
      <table className="table fold last" aria-label="Refused and broken connections">
        <thead>
          <tr>
            <th scope="col">Last</th>
            <th scope="col" className="r">
              Times
            </th>
            <th scope="col">Cause and cure</th>
          </tr>
        </thead>
        <tbody>
          {own.slice(0, MOST).map((entry) => {
            const { cause, cure } = sayRefusal(entry, addressOf(ROOT.href));
            return (
              <tr key={entry.id}>
                <td data-l="Last" className="top">
                  {entry.lastSeen !== undefined && <When at={entry.lastSeen} />}
                </td>
                <td data-l="Times" className="r top">
                  {count(entry.count)}
                </td>
                <td data-l="Cause" className="top">
                  <div className="sentence">{cause}</div>
                  <div className="small muted">{settledWords(entry) ?? <Words text={cure} />}</div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {own.length > MOST && (
        <footer>
          <Link href="/connections">All {count(own.length)} in Connections</Link>
        </footer>
      )}
    </>
  );
}

function lastMs({ lastSeen }: RefusedConnection): number {
  return lastSeen === undefined ? 0 : timestampMs(lastSeen);
}

/** Of what helps no more, since it has been let in. */
function settledWords({ connectedNow, settled }: RefusedConnection): string | undefined {
  if (connectedNow) return "It is connected now.";
  return settled ? "It has been connected since." : undefined;
}
