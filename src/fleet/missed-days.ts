import { DAY_MS, type DayCells } from "../store/day-cells.js";
import type { Expectation } from "./expectation.js";

export interface MissedQuery {
  readonly cells: DayCells;
  /** The first of the cells, in days since 1970. */
  readonly firstDay: number;
  /** What is expected of the plan now, which is taken for what was expected all the time. */
  readonly expectation: Pick<Expectation, "periodMs" | "dueMs" | "graceUntilMs"> | undefined;
  readonly nowMs: number;
}

/**
 * On which days a backup was due and none came: one for each period without a backup, on the day on which its grace
 * ended. A day on which any backup ended is never missed, however it ended.
 */
export function missedDays({ cells, firstDay, expectation, nowMs }: MissedQuery): Set<number> {
  const missed = new Set<number>();
  if (expectation === undefined) return missed;
  const periodMs = Math.max(DAY_MS, expectation.periodMs);
  const graceMs = Math.max(0, expectation.graceUntilMs - expectation.dueMs);
  let wantedMs: number | undefined;
  for (let day = 0; day < cells.length; day++) {
    const endMs = (firstDay + day + 1) * DAY_MS;
    if (cells.result(day) !== "none") wantedMs = cells.lastStartMs(day) + periodMs + graceMs;
    else if (wantedMs !== undefined && wantedMs < endMs && wantedMs < nowMs) {
      missed.add(day);
      wantedMs += periodMs;
    }
  }
  return missed;
}
