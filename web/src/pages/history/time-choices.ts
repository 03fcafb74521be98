import { DAY_MS } from "../../words/times.js";

export interface TimeChoice {
  /** As it stands in the address. */
  readonly value: string;
  readonly word: string;
  readonly ms: number;
}

export const TIMES: readonly TimeChoice[] = [
  { value: "24h", word: "Last 24 hours", ms: DAY_MS },
  { value: "7d", word: "Last 7 days", ms: 7 * DAY_MS },
  { value: "30d", word: "Last 30 days", ms: 30 * DAY_MS },
  { value: "90d", word: "Last 90 days", ms: 90 * DAY_MS },
];

/** When a day like 2026-11-24 begins in the program's own zone, or another one so many days behind it. */
export function dayStart(day: string, daysLater = 0): number | undefined {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const start = new Date(year, month - 1, date + daysLater);
  // The 31st of February is none.
  const wanted = new Date(year, month - 1, date);
  return wanted.getMonth() === month - 1 && wanted.getDate() === date ? start.getTime() : undefined;
}
