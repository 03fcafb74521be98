import type { Workload } from "./profile.js";
import type { Random } from "./random.js";
import { DAY_MS, nextRun } from "./rhythm.js";

/** How the backups of a workload have gone so far. */
export interface Course {
  readonly days: number;
  /** Days since its last run; none by default. */
  readonly stoppedDays?: number;
  /** Days since when its runs fail. */
  readonly failsDays?: number;
  /** Shares of runs, by default of one in a hundred, in fifty and none. */
  readonly failing?: number;
  readonly warning?: number;
  readonly missing?: number;
  /** Nothing but backups: for fleets of a thousand. */
  readonly isThin?: boolean;
}

/** A backup that has ended. */
export interface Run {
  readonly workload: Workload;
  readonly course: Course;
  readonly startMs: number;
  readonly endMs: number;
  /** From 0, when the workload began, to 1, now. */
  readonly progress: number;
  readonly outcome: "good" | "partial" | "failed";
}

/** What runs more than once a day did so for these last days only: a year of it would be a history of little else. */
const DENSE_DAYS = 2;
const MIN_RUN_MS = 8_000;
const BYTES_PER_MS = 60_000;

/** What has run by now, from the oldest on. */
export function* runsOf(workload: Workload, course: Course, random: Random, nowMs: number): Generator<Run> {
  const { days, stoppedDays = 0, failsDays, failing = 0.01, warning = 0.02, missing = 0 } = course;
  const [sinceMs, untilMs] = [nowMs - days * DAY_MS, nowMs - stoppedDays * DAY_MS];
  const usualMs = MIN_RUN_MS + (workload.addedBytes ?? 0) / BYTES_PER_MS;
  const firstMs = nextRun(workload, sinceMs);
  for (let startMs = firstMs; startMs < untilMs; startMs += stepOf(workload, nowMs - startMs)) {
    const endMs = startMs + Math.floor(usualMs * (0.7 + 0.6 * random.next()));
    // What is under way now is for the machine to do.
    if (endMs >= nowMs) return;
    // The first and the last run of a course that is well are not left to chance: verdicts depend on them.
    const isLast = startMs + workload.periodMs >= untilMs;
    if (!isLast && random.chance(missing)) continue;
    const chance = random.next();
    const fails = failsDays !== undefined && nowMs - startMs < failsDays * DAY_MS;
    const hasBadLuck = !isLast && chance < failing && startMs !== firstMs;
    const isPartial = workload.unreadable !== undefined ? chance > 0.4 || isLast : !isLast && chance > 1 - warning;
    yield {
      workload,
      course,
      startMs,
      endMs,
      progress: (startMs - sinceMs) / (nowMs - sinceMs),
      outcome: fails || hasBadLuck ? "failed" : isPartial ? "partial" : "good",
    };
  }
}

function stepOf({ periodMs }: Workload, ageMs: number): number {
  return periodMs < DAY_MS && ageMs > (DENSE_DAYS + 1) * DAY_MS ? DAY_MS : periodMs;
}
