import type { PlanRuns } from "../store/fleet.js";
import { MIN_BACKUPS } from "./rhythm.js";

/** A plan of which nothing says yet when a backup is due, and which keeps backing up meanwhile. */
export interface Learning {
  readonly backups: number;
  /** With so many the hub knows its rhythm. */
  readonly needed: number;
  /** Without another backup until then somebody has to look at it. */
  readonly untilMs: number;
}

const DAY_MS = 24 * 3_600_000;
/** From one backup nobody can tell how often they come. */
const PATIENCE_MS = 3 * DAY_MS;
/** A gap that was seen may come again, and be longer then. */
const TIMES_LONGEST_GAP = 2;
const MOST_PATIENCE_MS = 15 * DAY_MS;

/** Undefined when its last success is too long ago; `good` of the runs holds at least one and fewer than are needed. */
export function learningOf({ good }: PlanRuns, nowMs: number): Learning | undefined {
  const gaps = good.slice(1).map(({ startMs }, n) => startMs - (good[n]?.startMs ?? startMs));
  const patienceMs = Math.min(MOST_PATIENCE_MS, Math.max(PATIENCE_MS, TIMES_LONGEST_GAP * Math.max(0, ...gaps)));
  const untilMs = (good.at(-1)?.startMs ?? 0) + patienceMs;
  return nowMs < untilMs ? { backups: good.length, needed: MIN_BACKUPS, untilMs } : undefined;
}
