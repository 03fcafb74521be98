import type { HistoryRow } from "./rows.js";

interface Range {
  readonly startIndex: number;
  readonly endIndex: number;
  readonly overscan: number;
  readonly count: number;
}

/** A list of no more than this is drawn whole: it can be printed, and searched with the browser. */
const DRAWN_WHOLE = 230;

/**
 * The rows to draw: those in sight and around them; the head of the day that is in sight, which stays at the top; and the
 * one that has the focus.
 */
export function drawnRows(
  { startIndex, endIndex, overscan, count }: Range,
  rows: readonly HistoryRow[],
  activeIndex: number,
): number[] {
  if (count <= DRAWN_WHOLE) return Array.from({ length: count }, (_, n) => n);
  const first = Math.max(0, startIndex - overscan);
  const last = Math.min(count - 1, endIndex + overscan);
  const drawn = new Set(Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n));
  for (let n = Math.min(startIndex, count - 1); n >= 0; n--) {
    if (rows[n]?.kind !== "day") continue;
    drawn.add(n);
    break;
  }
  if (activeIndex >= 0 && activeIndex < count) drawn.add(activeIndex);
  return [...drawn].toSorted((a, b) => a - b);
}
