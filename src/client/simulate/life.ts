import { OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { History } from "../history.js";
import type { Clock } from "./clock.js";
import type { Workload } from "./profile.js";
import { nextRun } from "./rhythm.js";
import { backUp, type Beat, belongsTo, maintain, type Shelf, type TaskParts } from "./tasks.js";

export interface LifeParts extends TaskParts {
  /** Since when its backups fail, in Unix milliseconds; never by default. */
  readonly failsSinceMs?: number;
  /** Of its other backups; one in a hundred by default. */
  readonly failureRate?: number;
}

/** A workload's repo is pruned, checked and measured after so many of its backups. */
const MAINTAINED_EVERY = 7;
/** Of the backups of a healthy machine. */
const FAILURE_RATE = 0.01;
/** Where nothing runs any more, a step changes nothing. */
const NOTHING_MS = 3_600_000;

/**
 * The life of a machine, one change of its history a step and without end: each workload is backed up in its rhythm,
 * with all that belongs to it, and what was missed while the machine was off is made up for at once. What a step says of the time until the next one is the caller's to wait for, or to skip.
 */
export function* liveOn(parts: LifeParts): Generator<Beat, never> {
  const { profile, history, random, now, failsSinceMs = Number.POSITIVE_INFINITY } = parts;
  const { failureRate = FAILURE_RATE } = parts;
  yield* wakeUp(history);
  const agenda = profile.workloads
    .filter(({ isOff, isStuck }) => isOff !== true && isStuck !== true)
    .map((workload) => ({ shelf: shelfOf(history, workload), dueMs: firstRun(history, workload, now()), runs: 0 }));
  const [first] = agenda;
  if (first === undefined) for (;;) yield { waitMs: NOTHING_MS, idle: true };
  for (;;) {
    const next = agenda.reduce((a, b) => (b.dueMs < a.dueMs ? b : a), first);
    const { workload } = next.shelf;
    // Who does not wait for the time, as a demo does not, has more days behind it than went by; its schedule does not move.
    const planned = history.add({
      ...belongsTo(workload),
      unixTimeStartMs: BigInt(Math.min(next.dueMs, nextRun(workload, now()))),
      op: { case: "operationBackup", value: {} },
    });
    yield { waitMs: Math.max(0, next.dueMs - now()), idle: true };
    const fails = workload.failure !== undefined || now() >= failsSinceMs || random.chance(failureRate);
    yield* backUp(parts, next.shelf, planned, fails);
    next.runs += 1;
    if (next.runs % MAINTAINED_EVERY === 0) yield* maintain(parts, workload);
    next.dueMs = Math.max(next.dueMs + workload.periodMs, now());
  }
}

/** Days that are over, up to a moment at which nothing runs. */
export function liveThrough(life: Generator<Beat, never>, clock: Clock, untilMs: number): void {
  for (;;) {
    const { waitMs, idle } = life.next().value;
    if (idle && clock.now() + waitMs > untilMs) return;
    clock.advance(waitMs);
  }
}

/**
 * What a Backrest does with its history when it starts: what was planned goes, what ran has failed. Here it is the first
 * step of a life, so that a host that is connected by then is told: of deletions nobody can be told later.
 */
function* wakeUp(history: History): Generator<Beat> {
  const left = history.all();
  const planned = left.filter(({ status }) => status === OperationStatus.STATUS_PENDING);
  const ran = left.filter(({ status }) => status === OperationStatus.STATUS_INPROGRESS);
  if (planned.length > 0) history.delete(...planned.map(({ id }) => id));
  for (const { id } of ran) history.finish(id, OperationStatus.STATUS_ERROR);
  if (planned.length + ran.length > 0) yield { waitMs: 0, idle: false };
}

/** The snapshots that the history knows and that are still in the repo. */
function shelfOf(history: History, workload: Workload): Shelf {
  const snapshots = history.all().flatMap(({ id, planId, repoGuid, op }) => {
    if (op.case !== "operationIndexSnapshot" || op.value.forgot || op.value.snapshot === undefined) return [];
    if (planId !== workload.planId || repoGuid !== workload.repoGuid) return [];
    return [{ operationId: id, snapshot: op.value.snapshot }];
  });
  return { workload, snapshots };
}

/** At once where its time has come since the last one. */
function firstRun(history: History, workload: Workload, nowMs: number): number {
  const { planId, repoGuid } = workload;
  const last = history.all().findLast((each) => {
    const isOwn = each.planId === planId && each.repoGuid === repoGuid && each.op.case === "operationBackup";
    return isOwn && each.status !== OperationStatus.STATUS_PENDING;
  });
  if (last === undefined) return nextRun(workload, nowMs);
  return Math.max(nowMs, nextRun(workload, Number(last.unixTimeStartMs) + 1));
}
