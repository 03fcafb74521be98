import { DAY_MS } from "../../words/times.js";

const HOUR_MS = 3_600_000;

/** How late a backup may be. */
export const GRACES = [1, 3, 6, 12, 24, 48, 168].map((hours) => hours * HOUR_MS);
/** How long a plan may be without a backup. */
export const LIMITS = [1, 2, 3, 7, 14, 30, 90].map((days) => days * DAY_MS);

/** `6 hours`, `2 days`, `1 week`, for a choice. */
export function spanWords(ms: number): string {
  const of = (value: number, unit: string) => `${value} ${unit}${value === 1 ? "" : "s"}`;
  if (ms % (7 * DAY_MS) === 0) return of(ms / (7 * DAY_MS), "week");
  if (ms % DAY_MS === 0) return of(ms / DAY_MS, "day");
  if (ms % HOUR_MS === 0) return of(ms / HOUR_MS, "hour");
  return of(Math.round(ms / 60_000), "minute");
}

/** The usual choices and the one that is set. */
export function choices(usual: readonly number[], set: number | undefined): number[] {
  return set === undefined || usual.includes(set) ? [...usual] : [...usual, set].toSorted((a, b) => a - b);
}
