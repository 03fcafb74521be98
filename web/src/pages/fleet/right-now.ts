import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { InstanceHealth, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { duration } from "../../words/times.js";
import { presenceKind } from "./presence-kind.js";
import type { Presences } from "./view.js";

export interface RunningRow {
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth;
}

/** Backups that run, the one that began first before the others. */
export function runningNow(machines: Iterable<InstanceHealth>): RunningRow[] {
  const rows: RunningRow[] = [];
  for (const machine of machines)
    for (const plan of machine.plans) if (plan.runningSince !== undefined) rows.push({ machine, plan });
  const since = ({ plan: { runningSince } }: RunningRow) =>
    runningSince === undefined ? 0 : timestampMs(runningSince);
  return rows.toSorted((a, b) => since(a) - since(b));
}

export type PresenceCounts = Readonly<Record<Presences, number>>;

export function countPresence(machines: Iterable<InstanceHealth>, nowMs: number): PresenceCounts {
  const counts = { on: 0, reconnecting: 0, back: 0, away: 0, off: 0, refused: 0 };
  for (const machine of machines) counts[presenceKind(machine, nowMs)] += 1;
  return counts;
}

export interface DueNext {
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth;
  readonly dueMs: number;
}

/** The backup that is due before all others. */
export function dueNext(machines: Iterable<InstanceHealth>, nowMs: number): DueNext | undefined {
  let next: DueNext | undefined;
  for (const machine of machines) {
    if (machine.settings?.ignored === true) continue;
    for (const plan of machine.plans) {
      if (plan.expectation?.due === undefined || plan.runningSince !== undefined) continue;
      const dueMs = timestampMs(plan.expectation.due);
      if (dueMs > nowMs && (next === undefined || dueMs < next.dueMs)) next = { machine, plan, dueMs };
    }
  }
  return next;
}

/** Before this much is done, how long the rest takes is a guess. */
const TELLING_FRACTION = 0.03;
const TELLING_MS = 10_000;

/** How long a backup still runs, going by what it has done so far; undefined where that tells nothing yet. */
export function timeLeft({ runningSince, running }: PlanHealth, nowMs: number): string | undefined {
  if (runningSince === undefined || running === undefined) return undefined;
  const gone = nowMs - timestampMs(runningSince);
  const { fractionDone } = running;
  if (fractionDone < TELLING_FRACTION || fractionDone >= 1 || gone < TELLING_MS) return undefined;
  return `about ${duration((gone * (1 - fractionDone)) / fractionDone)} left`;
}
