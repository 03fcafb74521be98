import { DAY_MS } from "../../words/times.js";

const HOUR_MS = 3_600_000;
/** When people begin to look at machines. */
const MORNING_HOUR = 8;

export const SNOOZES = [
  { label: "1 h", until: (nowMs: number) => nowMs + HOUR_MS },
  { label: "tomorrow", until: (nowMs: number) => morning(nowMs + DAY_MS) },
  { label: "1 week", until: (nowMs: number) => morning(nowMs + 7 * DAY_MS) },
] as const;

/** Eight in the morning of the day of that moment, by the reader's clock. */
function morning(atMs: number): number {
  const day = new Date(atMs);
  day.setHours(MORNING_HOUR, 0, 0, 0);
  return day.getTime();
}

/** The moment that a field for a day has, as eight in the morning of it; undefined of none. */
export function ofDay(text: string): number | undefined {
  const atMs = Date.parse(`${text}T08:00`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

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
