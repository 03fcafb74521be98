import { useMemo } from "react";
import { Link } from "wouter";
import { machinePath } from "../../frame/pages.js";
import { useLivePart } from "../../live/live.js";
import { useKnownNow } from "../../live/now.js";
import { Card } from "../../parts/card.js";
import { Loading } from "../../parts/list-states.js";
import { count, many, percent, size } from "../../words/sizes.js";
import { at } from "../../words/times.js";
import { Bar } from "./progress.js";
import { countPresence, dueNext, type RunningRow, runningNow, timeLeft } from "./right-now.js";
import { RefusedNotes } from "./refused-notes.js";
import type { ChangeView } from "./use-view.js";
import type { Presences } from "./view.js";

const MOST_RUNNING = 5;

/** What happens at this moment. */
export function RightNowCard({ change }: { readonly change: ChangeView }) {
  const machines = useLivePart((state) => state.machines);
  const known = useLivePart((state) => state.summary !== undefined);
  const nowMs = useKnownNow();
  const running = useMemo(() => runningNow(machines.values()), [machines]);
  const presence = useMemo(() => countPresence(machines.values(), nowMs), [machines, nowMs]);
  const next = useMemo(() => dueNext(machines.values(), nowMs), [machines, nowMs]);
  if (!known)
    return (
      <Card title="Right now">
        <Loading rows={3} />
      </Card>
    );
  const filter = (kind: Presences, words: string) => (
    <button type="button" className="link" onClick={() => change({ presence: kind })}>
      {words}
      <span className="sr">: show only these</span>
    </button>
  );
  const others = presence.reconnecting;
  return (
    <Card title="Right now">
      <div className="body stack">
        {running.length === 0 && <p className="muted">No backup runs.</p>}
        {running.slice(0, MOST_RUNNING).map((row) => (
          <Running key={`${row.machine.instanceId}\n${row.plan.planId}`} row={row} />
        ))}
        {running.length > MOST_RUNNING && (
          <p className="small muted">{many(running.length - MOST_RUNNING, "more backup")} running.</p>
        )}
        <dl className="kv">
          <dt>Connected</dt>
          <dd>
            {filter("on", count(presence.on))} of {many(machines.size, "machine")}
          </dd>
          {others > 0 && (
            <>
              <dt>Reconnecting</dt>
              <dd>{filter("reconnecting", count(others))}</dd>
            </>
          )}
          {presence.back > 0 && (
            <>
              <dt>Coming back</dt>
              <dd>{filter("back", count(presence.back))}</dd>
            </>
          )}
          {presence.away > 0 && (
            <>
              <dt>Away</dt>
              <dd>{filter("away", count(presence.away))}, not always on</dd>
            </>
          )}
          <dt>Offline</dt>
          <dd>{presence.off === 0 ? "none" : filter("off", count(presence.off))}</dd>
          {next !== undefined && (
            <>
              <dt>Due next</dt>
              <dd>
                <Link href={machinePath(next.machine.instanceId)}>{next.machine.instanceId}</Link>, {next.plan.planId}{" "}
                {at(next.dueMs, nowMs)}
              </dd>
            </>
          )}
        </dl>
        <RefusedNotes />
      </div>
    </Card>
  );
}

function Running({ row: { machine, plan } }: { readonly row: RunningRow }) {
  const nowMs = useKnownNow();
  const { running } = plan;
  return (
    <div className="run">
      <div className="run-line">
        <span className="trunc">
          <Link href={machinePath(machine.instanceId)}>{machine.instanceId}</Link>{" "}
          <span className="dim">
            {plan.planId}
            {plan.repoId !== "" && ` to ${plan.repoId}`}
          </span>
        </span>
        <span className="num">{running === undefined ? "runs" : percent(running.fractionDone)}</span>
      </div>
      <Bar machine={machine} plan={plan} />
      {running !== undefined && (
        <div className="run-line dim">
          <span className="xs">
            {size(running.bytesDone)} of {size(running.totalBytes)}
          </span>
          <span className="xs">{timeLeft(plan, nowMs)}</span>
        </div>
      )}
    </div>
  );
}
