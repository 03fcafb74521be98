import type { HealthSettings, PlanRuns } from "../store/fleet.js";
import { learnOffset } from "./clock-offset.js";
import { type Certainty, learnRhythm, MIN_BACKUPS } from "./rhythm.js";
import { nextCron, type PlanSchedule } from "./schedule.js";
import { count, period } from "./words.js";

/** Where an expectation comes from, the best source first. */
export type ExpectationSource = "schedule" | "planned" | "rhythm" | "limit";

/** When the next backup of a plan is due, and why. */
export interface Expectation {
  readonly source: ExpectationSource;
  readonly dueMs: number;
  /** Until then it is late, behind it overdue. */
  readonly graceUntilMs: number;
  readonly periodMs: number;
  /** Of a rhythm that was learned. */
  readonly certainty?: Certainty;
  /** For a sentence: `usually every 24 h (sure: 31 backups)`. */
  readonly words: string;
}

/** What of a plan an expectation is made from; it has at least one good run. */
export interface ExpectationFacts {
  readonly schedule?: PlanSchedule;
  readonly runs: PlanRuns;
  readonly settings: HealthSettings;
}

interface Due {
  readonly told: Omit<Expectation, "graceUntilMs">;
  /** Added to the grace where the due time itself is not certain. */
  readonly slackMs?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIN_GRACE_MS = HOUR_MS;
const OFTEN_OFF_GRACE_MS = 7 * DAY_MS;
/** The share of a period that a backup may be late, and at most how much. */
const GRACE = { told: { share: 0.25, mostMs: DAY_MS }, learned: { share: 0.5, mostMs: 2 * DAY_MS } } as const;
/** The next backup takes about as long as the last ones did. */
const RECENT_RUNS = 10;
const MAX_DURATION_MS = DAY_MS;
/** Clocks are put forward or back by an hour, and backups begin with some delay. */
const CLOCK_CHANGE_MS = 1.25 * HOUR_MS;
/** What lies behind has no form as a time of day; a machine may name any number. */
const LATEST_MS = Date.UTC(9000, 0, 1);
const MAX_PERIOD_MS = 36_525 * DAY_MS;
/** The clocks of the world are at most so far ahead of UTC. */
const UNKNOWN_ZONE_MS = 14 * HOUR_MS;

/** Worked out once for the same facts: only time passes between most verdicts. */
const expected = new WeakMap<PlanRuns, { readonly facts: ExpectationFacts; readonly next: Expectation | undefined }>();

/** Undefined where nothing says when the next backup is due. */
export function expectNext(facts: ExpectationFacts): Expectation | undefined {
  const known = expected.get(facts.runs);
  if (known?.facts.schedule === facts.schedule && known?.facts.settings === facts.settings) return known?.next;
  const next = workOut(facts);
  expected.set(facts.runs, { facts, next });
  return next;
}

function workOut({ schedule, runs, settings }: ExpectationFacts): Expectation | undefined {
  const due = bySchedule(schedule, runs) ?? asPlanned(runs) ?? byRhythm(runs) ?? byLimit(runs, settings);
  if (due === undefined) return undefined;
  const dueMs = Math.min(LATEST_MS, due.told.dueMs);
  const periodMs = Math.min(MAX_PERIOD_MS, due.told.periodMs);
  return { ...due.told, dueMs, periodMs, graceUntilMs: Math.min(LATEST_MS, dueMs + graceOf(due, runs, settings)) };
}

/** What is missing where {@link expectNext} has nothing to say. */
export function tooFew(runs: PlanRuns): string {
  return `too few backups to tell (${runs.good.length} of ${MIN_BACKUPS})`;
}

function graceOf(due: Due, runs: PlanRuns, { graceMs, notAlwaysOn }: HealthSettings): number {
  if (graceMs !== undefined) return graceMs + (due.slackMs ?? 0);
  const { share, mostMs } = due.told.source === "rhythm" ? GRACE.learned : GRACE.told;
  const usual = notAlwaysOn ? OFTEN_OFF_GRACE_MS : Math.max(MIN_GRACE_MS, Math.min(mostMs, share * due.told.periodMs));
  return usual + durationOf(runs) + (due.slackMs ?? 0);
}

function durationOf({ good }: PlanRuns): number {
  const durations = good.slice(-RECENT_RUNS).map(({ startMs, endMs }) => endMs - startMs);
  return Math.min(MAX_DURATION_MS, Math.max(0, ...durations));
}

function lastStart({ good }: PlanRuns): number {
  return good.at(-1)?.startMs ?? 0;
}

/** What the machine itself has planned says when the schedule is due by its own clock. */
function plannedAfterLast(runs: PlanRuns): number | undefined {
  return runs.plannedMs !== undefined && runs.plannedMs > lastStart(runs) ? runs.plannedMs : undefined;
}

function bySchedule(schedule: PlanSchedule | undefined, runs: PlanRuns): Due | undefined {
  const plannedMs = plannedAfterLast(runs);
  if (schedule?.kind === "every") {
    const { periodMs, words } = schedule;
    return { told: { source: "schedule", dueMs: plannedMs ?? lastStart(runs) + periodMs, periodMs, words } };
  }
  if (schedule?.kind !== "cron") return undefined;
  const { expression, zone } = schedule;
  const offsetMs = zone === "utc" ? 0 : offsetOf(expression, runs);
  // Read by the wrong clock, the last backup may seem to have come before the time that it came for.
  const afterMs = lastStart(runs) + (offsetMs === undefined ? UNKNOWN_ZONE_MS : 0);
  const dueMs = plannedMs ?? nextBehind(expression, afterMs, offsetMs);
  if (dueMs === undefined) return undefined;
  const periodMs = (nextCron(expression, dueMs, offsetMs) ?? dueMs + DAY_MS) - dueMs;
  const known = { source: "schedule", dueMs, periodMs, words: `by its schedule “${expression}”` } as const;
  if (plannedMs !== undefined || offsetMs !== undefined) return { told: known };
  const words = `${known.words}, read as UTC, since the time zone of that machine is not known`;
  return { told: { ...known, words }, slackMs: UNKNOWN_ZONE_MS };
}

/** The next time that is not the last one's own, read by a clock that was put forward or back since. */
function nextBehind(expression: string, afterMs: number, offsetMs: number | undefined): number | undefined {
  const first = nextCron(expression, afterMs, offsetMs);
  const second = first === undefined ? undefined : nextCron(expression, first, offsetMs);
  if (first === undefined || second === undefined) return first;
  const soonMs = first - afterMs;
  return soonMs <= CLOCK_CHANGE_MS && soonMs * 4 < second - first ? second : first;
}

/** Learned once for the same backups: only time passes between most verdicts. */
const offsets = new WeakMap<PlanRuns, { readonly expression: string; readonly offsetMs: number | undefined }>();

function offsetOf(expression: string, runs: PlanRuns): number | undefined {
  const known = offsets.get(runs);
  if (known?.expression === expression) return known.offsetMs;
  const starts = runs.good.map(({ startMs }) => startMs);
  const offsetMs = learnOffset(expression, starts);
  offsets.set(runs, { expression, offsetMs });
  return offsetMs;
}

function asPlanned(runs: PlanRuns): Due | undefined {
  const dueMs = plannedAfterLast(runs);
  if (dueMs === undefined) return undefined;
  const periodMs = dueMs - lastStart(runs);
  return { told: { source: "planned", dueMs, periodMs, words: "as that machine has planned it" } };
}

function byRhythm(runs: PlanRuns): Due | undefined {
  const rhythm = learnRhythm(runs.good.map(({ startMs }) => startMs));
  if (rhythm === undefined) return undefined;
  const { periodMs, nextMs, slackMs, certainty, backups } = rhythm;
  const words = `usually every ${period(periodMs)} (${certainty}: ${count(backups, "backup")})`;
  return { told: { source: "rhythm", dueMs: lastStart(runs) + nextMs, periodMs, certainty, words }, slackMs };
}

function byLimit(runs: PlanRuns, { limitMs }: HealthSettings): Due | undefined {
  if (limitMs === undefined) return undefined;
  const words = `by the limit of ${period(limitMs)} that was set for this machine`;
  return { told: { source: "limit", dueMs: lastStart(runs) + limitMs, periodMs: limitMs, words } };
}
