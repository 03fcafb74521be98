import { OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { History } from "../history.js";
import type { Clock } from "./clock.js";
import type { Workload } from "./profile.js";
import { backUp, type Beat, belongsTo, maintain, type Shelf, type TaskParts } from "./tasks.js";

export interface LifeParts extends TaskParts {
  /** Since when its backups fail, in Unix milliseconds; never by default. */
  readonly failsSinceMs?: number;
}

const DAY_MS = 86_400_000;
/** A workload's repo is pruned, checked and measured after so many of its backups. */
const MAINTAINED_EVERY = 7;
/** Of the backups of a healthy machine. */
const FAILURE_RATE = 0.01;

/**
 * The life of a machine, one change of its history a step and without end: each workload is backed up once a day, with
 * all that belongs to it. What a step says of the time until the next one is the caller's to wait for, or to skip.
 */
export function* liveOn(parts: LifeParts): Generator<Beat, never> {
  const { profile, history, random, now, failsSinceMs = Number.POSITIVE_INFINITY } = parts;
  yield* wakeUp(history);
  const agenda = profile.workloads.map((workload) => ({
    shelf: shelfOf(history, workload),
    dueMs: nextRun(workload, now()),
    runs: 0,
  }));
  for (;;) {
    const next = agenda.reduce((a, b) => (b.dueMs < a.dueMs ? b : a));
    const { workload } = next.shelf;
    // Who does not wait for the time, as a demo does not, has more days behind it than went by; its schedule does not move.
    const planned = history.add({
      ...belongsTo(workload),
      unixTimeStartMs: BigInt(Math.min(next.dueMs, nextRun(workload, now()))),
      op: { case: "operationBackup", value: {} },
    });
    yield { waitMs: Math.max(0, next.dueMs - now()), idle: true };
    yield* backUp(parts, next.shelf, planned, now() >= failsSinceMs || random.chance(FAILURE_RATE));
    next.runs += 1;
    if (next.runs % MAINTAINED_EVERY === 0) yield* maintain(parts, workload);
    next.dueMs = Math.max(next.dueMs + DAY_MS, now());
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

function nextRun({ atMs }: Workload, nowMs: number): number {
  const today = nowMs - (nowMs % DAY_MS) + atMs;
  return today >= nowMs ? today : today + DAY_MS;
}
