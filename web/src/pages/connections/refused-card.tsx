import { useMemo, useState } from "react";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import { useLink, useLivePart } from "../../live/live.js";
import { Card } from "../../parts/card.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { ROOT } from "../../root.js";
import { many } from "../../words/sizes.js";
import { addressOf } from "../enrol/address.js";
import { causesOf, refusedLists, type Wanted } from "./filter.js";
import { ForgetAll, ForgetOne } from "./forget.js";
import { RefusedEntry } from "./refused-entry.js";
import { useSteady } from "./use-steady.js";

const FIRST = 50;

interface RefusedCardProps {
  readonly wanted: Wanted;
  readonly onLift: () => void;
}

/** Connections that were refused or ended badly, the newest first. */
export function RefusedCard({ wanted, onLift }: RefusedCardProps) {
  const refused = useLivePart((state) => state.refused);
  const link = useLink();
  const { open, settled } = useMemo(() => refusedLists(refused.values(), wanted), [refused, wanted]);
  const causes = useMemo(() => causesOf(refused.values()), [refused]);
  const filtered = wanted.find !== "" || wanted.cause !== undefined;
  const known = link.state === "live" || refused.size > 0;
  return (
    <Card
      title="Refused connections"
      note={open.length === 0 ? undefined : `${many(open.length, "entry", "entries")}, ${many(causes.length, "cause")}`}
      end={refused.size > 0 && <ForgetAll number={refused.size} />}
      footer="Equal ones are one entry. The newest are kept, also over a restart of the hub. Names, keys and programs are what the other side claims."
    >
      {!known && <Loading />}
      {known && open.length === 0 && (
        <Empty title={filtered ? "No refused connection fits the filter." : "Nobody was refused."}>
          {filtered ? (
            <button type="button" className="btn" onClick={onLift}>
              Show all
            </button>
          ) : (
            <p>
              A connection that is refused, or ends badly, appears here with its cause and what helps. If a machine is
              missing and not here, nothing of it has reached the hub: look at the address in its settings, at DNS and
              at firewalls.
            </p>
          )}
        </Empty>
      )}
      <Entries entries={open} />
      {settled.length > 0 && (
        <details className="settled">
          <summary>
            {many(settled.length, "entry", "entries")} of machines that are connected now: settled, as a rule
          </summary>
          <Entries entries={settled} />
        </details>
      )}
    </Card>
  );
}

function Entries({ entries }: { readonly entries: readonly RefusedConnection[] }) {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const { shown, waiting, hold, release } = useSteady([...byId.keys()]);
  const [most, setMost] = useState(FIRST);
  const address = addressOf(ROOT.href);
  if (entries.length === 0) return null;
  return (
    <div {...hold}>
      {waiting > 0 && (
        <button type="button" className="btn btn-quiet new-ones" onClick={release}>
          {`${waiting} new: show ${waiting === 1 ? "it" : "them"}`}
        </button>
      )}
      <ul>
        {shown.slice(0, most).map((id) => {
          const entry = byId.get(id);
          if (entry === undefined) return null;
          return (
            <RefusedEntry
              key={id}
              entry={entry}
              address={address}
              actions={<ForgetOne id={id} who={entry.instanceId || entry.remoteAddress} />}
            />
          );
        })}
      </ul>
      {shown.length > most && (
        <button type="button" className="btn btn-quiet" onClick={() => setMost(most + FIRST)}>
          {`Show ${Math.min(FIRST, shown.length - most)} more of ${shown.length}`}
        </button>
      )}
    </div>
  );
}
