import { DAY_MS } from "../words/times.js";

export interface SnoozeTime {
  readonly words: string;
  readonly untilMs: number;
}

/** Until when a machine can be snoozed: the mornings of the reader's own days. */
export function snoozeTimes(nowMs: number): readonly SnoozeTime[] {
  const morning = (days: number) => {
    const at = new Date(nowMs);
    at.setDate(at.getDate() + days);
    at.setHours(8, 0, 0, 0);
    return at.getTime();
  };
  return [
    { words: "tomorrow", untilMs: morning(1) },
    { words: "3 days", untilMs: morning(3) },
    { words: "a week", untilMs: morning(7) },
    { words: "a month", untilMs: morning(30) },
  ];
}

/** The value of an input for a day, in the reader's zone: `2026-12-01`. */
export function dayValue(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** The morning of such a day; undefined where it is none, or not ahead. */
export function morningOf(value: string, nowMs: number): number | undefined {
  const at = new Date(`${value}T08:00`).getTime();
  return Number.isNaN(at) || at <= nowMs || at > nowMs + 3_650 * DAY_MS ? undefined : at;
}
