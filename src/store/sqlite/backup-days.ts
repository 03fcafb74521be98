import type { DatabaseSync } from "node:sqlite";
import { type DayCell, DAY_MS, DayCells, EMPTY_CELL, mergeCells } from "../day-cells.js";
import { FAILED, GOOD, STATUS_WARNING } from "./run-outcome.js";
import { Statement } from "./statement.js";

/** A backup that ended. */
export interface DayRun {
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: typeof GOOD | typeof FAILED;
  readonly warning: boolean;
  readonly bytesAdded: number;
}

type RunRow = [startMs: bigint, endMs: bigint, status: bigint, bytesAdded: bigint];

/** Days in one row. */
export const BLOCK_DAYS = 32;
/** The newest backups of a day and outcome that a cell is made of when it is made anew. */
const MAX_RUNS = 1_000;
const MAX_RUN_MS = 366 * DAY_MS;

/**
 * Keeps the cells of days, written once with each commit: what was added to a day since, or `anew` where a backup that
 * is in its cell became another or went.
 */
export class BackupDays {
  readonly #changed = new Map<bigint, Map<number, DayCell | "anew">>();
  readonly #selectRuns: Statement<RunRow>;
  readonly #selectBlock: Statement<[cells: Uint8Array<ArrayBuffer>]>;
  readonly #saveBlock: Statement;

  constructor(db: DatabaseSync) {
    this.#selectRuns = new Statement(
      db,
      `SELECT start_ms, end_ms, status, bytes_added FROM backup_runs
       WHERE group_id = ? AND outcome = ? AND start_ms >= ? AND start_ms < ?
       ORDER BY start_ms DESC, operation_id DESC LIMIT ${MAX_RUNS}`,
    );
    this.#selectBlock = new Statement(db, "SELECT cells FROM backup_days WHERE group_id = ? AND block = ?");
    // In place, so that a commit dirties no page but the block's own.
    this.#saveBlock = new Statement(
      db,
      `INSERT INTO backup_days (group_id, block, cells) VALUES (?, ?, ?)
       ON CONFLICT (group_id, block) DO UPDATE SET cells = excluded.cells`,
    );
  }

  /** A backup ended that is in no cell yet. */
  added(groupId: bigint, run: DayRun): void {
    const days = this.#daysOf(groupId);
    const day = dayOf(run.startMs);
    const before = days.get(day);
    if (before !== "anew") days.set(day, before === undefined ? cellOf(run) : mergeCells(before, cellOf(run)));
  }

  /** A backup that is in a cell is not what it was. */
  changed(groupId: bigint, startMs: number): void {
    this.#daysOf(groupId).set(dayOf(startMs), "anew");
  }

  save(): void {
    for (const [groupId, days] of this.#changed) {
      for (const [block, own] of Map.groupBy(days, ([day]) => Math.floor(day / BLOCK_DAYS))) {
        this.#saveDays(groupId, block, own);
      }
    }
    this.#changed.clear();
  }

  forget(): void {
    this.#changed.clear();
  }

  #daysOf(groupId: bigint): Map<number, DayCell | "anew"> {
    let days = this.#changed.get(groupId);
    if (days === undefined) {
      days = new Map();
      this.#changed.set(groupId, days);
    }
    return days;
  }

  #saveDays(groupId: bigint, block: number, days: readonly (readonly [number, DayCell | "anew"])[]): void {
    const stored = this.#selectBlock.get(groupId, block)?.[0];
    const cells = stored === undefined ? DayCells.empty(BLOCK_DAYS) : new DayCells(stored);
    for (const [day, added] of days) {
      const place = day % BLOCK_DAYS;
      cells.set(place, added === "anew" ? this.#anew(groupId, day) : mergeCells(cells.get(place), added));
    }
    this.#saveBlock.run(groupId, block, cells.bytes);
  }

  #anew(groupId: bigint, day: number): DayCell {
    const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
    const runs = ([GOOD, FAILED] as const).flatMap((outcome) =>
      this.#selectRuns.all(groupId, outcome, from, to).map(([startMs, endMs, status, bytesAdded]) =>
        cellOf({
          startMs: Number(startMs),
          endMs: Number(endMs),
          outcome,
          warning: Number(status) === STATUS_WARNING,
          bytesAdded: Number(bytesAdded),
        }),
      ),
    );
    return runs.reduce(mergeCells, EMPTY_CELL);
  }
}

function cellOf({ startMs, endMs, outcome, warning, bytesAdded }: DayRun): DayCell {
  const good = outcome === GOOD;
  return {
    result: good ? (warning ? "warning" : "ok") : "failed",
    lastStartMs: startMs,
    ok: good && !warning ? 1 : 0,
    warnings: good && warning ? 1 : 0,
    failed: good ? 0 : 1,
    bytesAdded,
    durationMs: Math.min(MAX_RUN_MS, Math.max(0, endMs - startMs)),
  };
}

function dayOf(startMs: number): number {
  return Math.floor(startMs / DAY_MS);
}
