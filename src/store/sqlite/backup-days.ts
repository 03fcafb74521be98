import type { DatabaseSync } from "node:sqlite";
import { type DayCell, DAY_MS, DayCells, type DayResult } from "../day-cells.js";
import { FAILED, GOOD, STATUS_WARNING } from "./run-outcome.js";
import { Statement } from "./statement.js";

type RunRow = [startMs: bigint, endMs: bigint, status: bigint, bytesAdded: bigint];

/** Days in one row. */
export const BLOCK_DAYS = 32;
/** The newest backups of a day and outcome that its cell is made from: whoever has more has that many. */
const MAX_RUNS = 1_000;
const EMPTY: DayCell = {
  result: "none",
  lastStartMs: 0,
  ok: 0,
  warnings: 0,
  failed: 0,
  bytesAdded: 0,
  durationMs: 0,
};

/** Makes the cells of days anew in which a backup changed, once with each commit. */
export class BackupDays {
  readonly #changed = new Map<bigint, Set<number>>();
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
    this.#saveBlock = new Statement(db, "INSERT OR REPLACE INTO backup_days (group_id, block, cells) VALUES (?, ?, ?)");
  }

  changed(groupId: bigint, startMs: bigint): void {
    const day = Math.floor(Number(startMs) / DAY_MS);
    const days = this.#changed.get(groupId);
    if (days === undefined) this.#changed.set(groupId, new Set([day]));
    else days.add(day);
  }

  save(): void {
    for (const [groupId, days] of this.#changed) {
      for (const [block, own] of Map.groupBy(days, (day) => Math.floor(day / BLOCK_DAYS))) {
        this.#make(groupId, block, own);
      }
    }
    this.#changed.clear();
  }

  forget(): void {
    this.#changed.clear();
  }

  #make(groupId: bigint, block: number, days: readonly number[]): void {
    const stored = this.#selectBlock.get(groupId, block)?.[0];
    const cells = stored === undefined ? DayCells.empty(BLOCK_DAYS) : new DayCells(stored);
    for (const day of days) cells.set(day % BLOCK_DAYS, this.#cell(groupId, day));
    this.#saveBlock.run(groupId, block, cells.bytes);
  }

  #cell(groupId: bigint, day: number): DayCell {
    const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
    const good = this.#selectRuns.all(groupId, GOOD, from, to);
    const failed = this.#selectRuns.all(groupId, FAILED, from, to);
    const lastStartMs = Math.max(...[good[0], failed[0]].map((run) => Number(run?.[0] ?? -1)));
    if (lastStartMs < 0) return EMPTY;
    const warnings = good.filter(([, , status]) => Number(status) === STATUS_WARNING).length;
    const all = [...good, ...failed];
    return {
      result: resultOf(lastStartMs, good, failed),
      lastStartMs,
      ok: good.length - warnings,
      warnings,
      failed: failed.length,
      bytesAdded: all.reduce((sum, [, , , bytes]) => sum + Number(bytes), 0),
      durationMs: all.reduce(
        (sum, [startMs, endMs]) => sum + Math.min(DAY_MS * 366, Math.max(0, Number(endMs - startMs))),
        0,
      ),
    };
  }
}

/** Of backups that began at the same time the worst one counts. */
function resultOf(lastStartMs: number, good: readonly RunRow[], failed: readonly RunRow[]): DayResult {
  if (Number(failed[0]?.[0]) === lastStartMs) return "failed";
  const last = good.filter(([startMs]) => Number(startMs) === lastStartMs);
  return last.some(([, , status]) => Number(status) === STATUS_WARNING) ? "warning" : "ok";
}
