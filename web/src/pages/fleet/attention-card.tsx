import { useMemo, useState } from "react";
import { useLivePart } from "../../live/live.js";
import { useKnownNow } from "../../live/now.js";
import { Boundary } from "../../parts/boundary.js";
import { Card } from "../../parts/card.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { verdictWords } from "../../words/verdicts.js";
import { MachineChanges } from "../../machine/machine-changes.js";
import { type AttentionEntry, needAttention, setAside } from "./attention.js";
import { AttentionCause } from "./attention-cause.js";
import { AttentionMachine } from "./attention-machine.js";
import { causesOf, GROUPED_FROM } from "./causes.js";
import { SetAsideNote } from "./set-aside-note.js";
import { useHeld } from "../../parts/use-held.js";
import type { ChangeView } from "./use-view.js";
import type { FleetView } from "./view.js";

const MOST = 30;

/** Who needs attention: why, since when, and what to do. */
export function AttentionCard({ view, change }: { readonly view: FleetView; readonly change: ChangeView }) {
  const machines = useLivePart((state) => state.machines);
  const known = useLivePart((state) => state.summary !== undefined);
  const wanted = useMemo(() => needAttention(machines.values()).filter((entry) => fits(entry, view)), [machines, view]);
  const [held, hold] = useHeld(wanted, ({ machine }) => machine.instanceId, view.verdict ?? "");
  const byCause = view.attention === undefined ? machines.size >= GROUPED_FROM : view.attention === "cause";
  const aside = useMemo(() => setAside(machines.values()), [machines]);
  return (
    <Card
      title="Needs attention"
      note={byCause ? "grouped by cause" : "longest without a backup first"}
      end={
        machines.size >= GROUPED_FROM || view.attention !== undefined ? (
          <Grouping byCause={byCause} change={change} />
        ) : undefined
      }
    >
      {!known && <Loading />}
      {known && wanted.length === 0 && <Nobody view={view} />}
      <div {...hold}>
        {byCause ? <Causes entries={held} view={view} change={change} /> : <Machines entries={held} />}
      </div>
      <SetAsideNote aside={aside} />
      <MachineChanges />
    </Card>
  );
}

function fits({ machine, verdict }: AttentionEntry, { verdict: mark }: FleetView): boolean {
  return (
    mark === undefined ||
    verdictWords(verdict).mark === mark ||
    machine.plans.some((plan) => verdictWords(plan.verdict).mark === mark)
  );
}

function Nobody({ view }: { readonly view: FleetView }) {
  const word = view.verdict === undefined ? undefined : view.verdict;
  return word === undefined ? (
    <Empty title="No machine needs attention">
      <p>Whoever goes without a backup for too long stands here, with the reason and what to do.</p>
    </Empty>
  ) : (
    <Empty title={`No machine needs attention for being ${word}`} />
  );
}

function Grouping({ byCause, change }: { readonly byCause: boolean; readonly change: ChangeView }) {
  return (
    // A fieldset is for forms.
    <div className="seg" role="group" aria-label="Grouping">
      <button type="button" aria-pressed={byCause} onClick={() => change({ attention: "cause" })}>
        By cause
      </button>
      <button type="button" aria-pressed={!byCause} onClick={() => change({ attention: "machine" })}>
        By machine
      </button>
    </div>
  );
}

function Machines({ entries }: { readonly entries: readonly AttentionEntry[] }) {
  const [most, setMost] = useState(MOST);
  return (
    <>
      <ul>
        {entries.slice(0, most).map((entry) => (
          <Boundary
            key={entry.machine.instanceId}
            what={entry.machine.instanceId}
            of={entry.machine}
            otherwise={(broken) => <li>{broken}</li>}
          >
            <AttentionMachine instanceId={entry.machine.instanceId} />
          </Boundary>
        ))}
      </ul>
      {entries.length > most && (
        <p className="att-more">
          <button type="button" className="btn" onClick={() => setMost(most + MOST)}>
            Show {Math.min(MOST, entries.length - most)} more of {entries.length}
          </button>
        </p>
      )}
    </>
  );
}

interface CausesProps {
  readonly entries: readonly AttentionEntry[];
  readonly view: FleetView;
  readonly change: ChangeView;
}

function Causes({ entries, view, change }: CausesProps) {
  const nowMs = useKnownNow();
  const causes = useMemo(() => causesOf(entries, nowMs), [entries, nowMs]);
  const toggle = (key: string, open: boolean) =>
    change({ open: open ? [...view.open, key] : view.open.filter((one) => one !== key) });
  return (
    <ul>
      {causes.map((cause) =>
        cause.entries.length === 1 && cause.entries[0] !== undefined ? (
          <AttentionMachine key={cause.key} instanceId={cause.entries[0].machine.instanceId} />
        ) : (
          <AttentionCause
            key={cause.key}
            cause={cause}
            open={view.open.includes(cause.key)}
            onToggle={(open) => toggle(cause.key, open)}
          />
        ),
      )}
    </ul>
  );
}
