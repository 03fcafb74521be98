import { useNow } from "../../live/now.js";
import { DAY_MS, date } from "../../words/times.js";
import type { Bucket } from "./chart.js";

/** The hub keeps its sums by days of UTC. */
const UTC = { timeZone: "UTC" };

export interface DayNames {
  readonly day: (atMs: number) => string;
}

/** Days by their date, with the year where it is another one than today's. */
export function useDayNames(): DayNames {
  const nowMs = useNow();
  return { day: (atMs) => date(atMs, nowMs, UTC) };
}

/** `12 Nov`, or `6 Nov to 12 Nov`. */
export function bucketName({ fromMs, toMs }: Bucket, { day }: DayNames): string {
  return toMs - fromMs <= DAY_MS ? day(fromMs) : `${day(fromMs)} to ${day(toMs - DAY_MS)}`;
}
