import { DAY_MS } from "../words/times.js";

const HOUR_MS = 3_600_000;
/** When people begin to look at machines. */
const MORNING_HOUR = 8;
const LONGEST_MS = 3_650 * DAY_MS;

/** The morning so many of the reader's days from now; a day has 23 or 25 hours where its clocks change. */
function morningIn(days: number, nowMs: number): number {
  const at = new Date(nowMs);
  at.setDate(at.getDate() + days);
  at.setHours(MORNING_HOUR, 0, 0, 0);
  return at.getTime();
}

/** The morning of the day that a field has; undefined where it has none, or one that is not ahead. */
export function morningOf(day: string, nowMs: number): number | undefined {
  const atMs = new Date(`${day}T00:00`).setHours(MORNING_HOUR);
  return atMs > nowMs && atMs <= nowMs + LONGEST_MS ? atMs : undefined;
}

/** The first day that such a field offers, as its value, in the reader's zone: `2026-12-01`. */
export function firstDay(nowMs: number): string {
  const at = new Date(morningIn(1, nowMs));
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

export interface SnoozeTime {
  readonly words: string;
  readonly untilMs: (nowMs: number) => number;
}

const TOMORROW: SnoozeTime = { words: "tomorrow", untilMs: (nowMs) => morningIn(1, nowMs) };

/** What is offered over a list of machines. */
export const SHEET_SNOOZES: readonly SnoozeTime[] = [
  TOMORROW,
  { words: "3 days", untilMs: (nowMs) => morningIn(3, nowMs) },
  { words: "a week", untilMs: (nowMs) => morningIn(7, nowMs) },
  { words: "a month", untilMs: (nowMs) => morningIn(30, nowMs) },
];

/** What is offered on the page of one machine, to who is at work on it. */
export const PAGE_SNOOZES: readonly SnoozeTime[] = [
  { words: "1 h", untilMs: (nowMs) => nowMs + HOUR_MS },
  TOMORROW,
  { words: "1 week", untilMs: (nowMs) => morningIn(7, nowMs) },
];
