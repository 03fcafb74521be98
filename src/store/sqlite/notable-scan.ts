import type { DatabaseSync } from "node:sqlite";
import { type FilterValues, GROUP_FITS, NOTABLE, ROW_FITS } from "./history-sql.js";
import type { Entry } from "./newest-first.js";
import { Statement } from "./statement.js";

/** What was found, and where to go on when the work that one page may take is done. */
export interface Found {
  readonly entries: readonly Entry[];
  readonly next?: Entry;
}

export interface Wanted {
  readonly values: FilterValues;
  /** Only what comes behind it. */
  readonly from: Entry;
  readonly sinceMs: bigint;
  readonly most: number;
}

/** Finds what failed, runs, is planned or is of a rare kind in the index that holds nothing else, newest first. */
export class NotableScan {
  private readonly select: Statement<[startMs: bigint, id: bigint]>;
  private readonly place: Statement<[startMs: bigint, id: bigint]>;

  /** @param examined entries of the index that one call looks at */
  constructor(
    db: DatabaseSync,
    private readonly examined: number,
  ) {
    const rows = (columns: string, [startMs, id, sinceMs]: readonly [string, string, string], limit: string) => `
      SELECT ${columns} FROM operations INDEXED BY operations_notable
      WHERE ${NOTABLE} AND (start_ms, id) < (${startMs}, ${id}) AND start_ms >= ${sinceMs}
      ORDER BY start_ms DESC, id DESC LIMIT ${limit}`;
    // Cleared rows have a negative group.
    this.select = new Statement(
      db,
      `SELECT start_ms, id FROM (${rows("start_ms, id, group_id, status, kind", ["?6", "?7", "?8"], "?9")})
       WHERE ${ROW_FITS} AND group_id > 0
         AND (coalesce(?1, ?2, ?3) IS NULL OR group_id IN (SELECT g.id FROM op_groups AS g WHERE ${GROUP_FITS}))
       LIMIT ?10`,
    );
    this.place = new Statement(db, rows("start_ms, id", ["?1", "?2", "?3"], "1 OFFSET ?4"));
  }

  find({ values, from, sinceMs, most }: Wanted): Found {
    const entries = this.select.all(...values, ...from, sinceMs, this.examined, most);
    if (entries.length === most) return { entries };
    const next = this.place.get(...from, sinceMs, this.examined - 1);
    return next === undefined ? { entries } : { entries, next };
  }
}
