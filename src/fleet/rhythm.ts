/** How sure the hub is of a rhythm that it has learned. */
export type Certainty = "sure" | "fairly sure" | "unsure";

export interface Rhythm {
  /** Between two backups, mostly. */
  readonly periodMs: number;
  /** From the last backup to the next, at this place of the rhythm: after a Friday it may be three days. */
  readonly nextMs: number;
  /** How much later it may come because the weekends of the machine are not known yet. */
  readonly slackMs: number;
  readonly certainty: Certainty;
  /** How many backups it was learned from. */
  readonly backups: number;
}

/** Fewer say nothing yet. */
export const MIN_BACKUPS = 5;

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Within less than two weekends nobody can tell who works on weekdays only. */
const FORTNIGHT_MS = 15 * 24 * HOUR_MS;
/** From Friday to Monday. */
const WEEKEND_MS = 72 * HOUR_MS;
/** What belongs together in a week, with room for a clock that was put forward or back. */
const SLOT_MS = 1.5 * HOUR_MS;
/** Of the gaps after the same place in the week, those that are looked at: a rhythm that changed is learned anew. */
const MAX_SLOT_GAPS = 6;
/** A gap that is longer than the usual one by more than this is an outage. */
const OUTAGE = 1.5;
/** A long gap belongs to the rhythm when at least this share of the gaps is about as long. */
const MIN_SHARE = 0.1;
const ABOUT = 0.8;
const REGULAR = 0.25;
const SURE_BACKUPS = 10;

/**
 * The rhythm of a plan as it shows in when its good backups began, robust to outages, backups by hand, weekdays and
 * changes of the clock. Undefined with fewer than {@link MIN_BACKUPS}.
 * @param startsMs ascending
 */
export function learnRhythm(startsMs: readonly number[]): Rhythm | undefined {
  if (startsMs.length < MIN_BACKUPS) return undefined;
  const gaps = startsMs.slice(1).map((startMs, n) => startMs - (startsMs[n] ?? startMs));
  const periodMs = median(gaps);
  const common = longestCommon(gaps);
  const slot = slotGaps(startsMs, gaps);
  const nextMs = slot.length >= 2 ? withoutOutages(slot) : common;
  const spanMs = (startsMs.at(-1) ?? 0) - (startsMs[0] ?? 0);
  return {
    periodMs,
    nextMs: Math.max(nextMs, periodMs),
    slackMs: spanMs < FORTNIGHT_MS ? Math.max(0, WEEKEND_MS - nextMs) : 0,
    certainty: certaintyOf(gaps, common),
    backups: startsMs.length,
  };
}

/** The gaps after earlier backups at the same hour of the same weekday as the last one. */
function slotGaps(startsMs: readonly number[], gaps: readonly number[]): number[] {
  const lastMs = startsMs.at(-1) ?? 0;
  const same = gaps.filter((_, n) => {
    const apart = (lastMs - (startsMs[n] ?? 0)) % WEEK_MS;
    return Math.min(apart, WEEK_MS - apart) <= SLOT_MS;
  });
  return same.slice(-MAX_SLOT_GAPS);
}

function withoutOutages(gaps: readonly number[]): number {
  const usual = median(gaps);
  return Math.max(...gaps.filter((gap) => gap <= OUTAGE * usual));
}

/** The longest gap that is not rare. */
function longestCommon(gaps: readonly number[]): number {
  const descending = gaps.toSorted((a, b) => b - a);
  const needed = Math.max(2, Math.ceil(MIN_SHARE * gaps.length));
  for (const gap of descending) {
    if (gaps.filter((other) => other >= ABOUT * gap).length >= needed) return gap;
  }
  return descending[0] ?? 0;
}

function certaintyOf(gaps: readonly number[], common: number): Certainty {
  const usual = median(gaps);
  const near = (gap: number, of: number) => Math.abs(gap - of) <= REGULAR * of;
  const regular = gaps.filter((gap) => near(gap, usual) || near(gap, common)).length / gaps.length;
  if (regular < 0.7) return "unsure";
  return gaps.length + 1 >= SURE_BACKUPS && regular >= 0.85 ? "sure" : "fairly sure";
}

/** The lower one of two in the middle, so that one outage among two gaps does not count. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
