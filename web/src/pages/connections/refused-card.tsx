import { memo, useMemo, useState } from "react";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import { useLink, useLivePart } from "../../live/live.js";
import { Card } from "../../parts/card.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { ROOT } from "../../root.js";
import { many } from "../../words/sizes.js";
import { addressOf } from "../../words/addresses.js";
import { causesOf, refusedLists, type Wanted } from "./filter.js";
import { ForgetAll, ForgetOne } from "./forget.js";
import { NewOnes, useSteady } from "./hold.js";
import { RefusedEntry } from "./refused-entry.js";

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
  const byId = useMemo(() => new Map(open.map((entry) => [entry.id, entry])), [open]);
  const { shown, waiting } = useSteady([...byId.keys()], `${wanted.find}\n${wanted.cause ?? ""}`);
  const known = link.state === "live" || refused.size > 0;
  return (
    <Card
      title="Refused connections"
      note={open.length === 0 ? undefined : `${many(open.length, "entry", "entries")}, ${many(causes.length, "cause")}`}
      end={
        <>
          <NewOnes waiting={waiting} />
          {refused.size > 0 && <ForgetAll number={refused.size} />}
        </>
      }
      footer="Equal ones are one entry. The newest are kept, also over a restart of the hub. Names, keys and programs are what the other side claims."
    >
      {!known && <Loading />}
      {known && open.length === 0 && (
        <Empty
          icon={filtered ? "find" : undefined}
          title={filtered ? "No refused connection fits the filter." : "Nobody was refused."}
        >
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
      <Entries entries={shown.flatMap((id) => byId.get(id) ?? [])} />
      {settled.length > 0 && (
        <details className="settled">
          <summary>
            {many(settled.length, "entry", "entries")} of machines that have been connected since: settled, as a rule
          </summary>
          <Entries entries={settled} />
        </details>
      )}
    </Card>
  );
}

function Entries({ entries }: { readonly entries: readonly RefusedConnection[] }) {
  const [most, setMost] = useState(FIRST);
  if (entries.length === 0) return null;
  return (
    <>
      <ul>
        {entries.slice(0, most).map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {entries.length > most && (
        <button type="button" className="btn btn-quiet" onClick={() => setMost(most + FIRST)}>
          {`Show ${Math.min(FIRST, entries.length - most)} more of ${entries.length}`}
        </button>
      )}
    </>
  );
}

/** A burst of refusals changes a few entries of many. */
const Entry = memo(function Entry({ entry }: { readonly entry: RefusedConnection }) {
  const who = entry.instanceId || entry.remoteAddress;
  return <RefusedEntry entry={entry} address={addressOf(ROOT.href)} actions={<ForgetOne id={entry.id} who={who} />} />;
});
