import type { DatabaseSync } from "node:sqlite";
import { tooManyGroups } from "./answer-limits.js";
import { type FilterValues, GROUP_FITS, ROW_FITS } from "./history-sql.js";
import { IdList } from "./id-list.js";
import { type Entry, GroupCursor, NewestFirst, type Placed } from "./newest-first.js";
import type { Found, Wanted } from "./notable-scan.js";
import { Statement } from "./statement.js";
import { STATUS_PENDING } from "./statuses.js";

/** A row, and 1 where it fits. */
type Row = readonly [startMs: bigint, id: bigint, fits: bigint];

export interface MergeWork {
  /** Operations that one call looks at. */
  readonly examined: number;
  /** How long it goes on looking. */
  readonly ms: number;
}

/** Each costs about 7 µs a page. */
const MAX_GROUPS = 200_000;
const MIN_CHUNK = 8;
const MAX_CHUNK = 1024;
/** Operations between two looks at the clock; so many are examined however slow the disk is. */
const CLOCK_EVERY = 256;
/**
 * Planned operations start in the future, a few of each group: they are stepped over, or every group would have to be
 * read for the first page. Where a group has more of them, its bound is less close and nothing else.
 */
const PLANNED_LOOK = 16;

/**
 * Finds the newest operations of groups that may be thousands: one statement tells for each of them where its newest
 * stands, and only those are read whose turn comes.
 */
export class GroupMerge {
  private readonly count: Statement<[bigint]>;
  private readonly bounds: Statement<[groupId: bigint, startMs: bigint, id: bigint]>;
  private readonly rows: Statement<[startMs: bigint, id: bigint, fits: bigint]>;

  constructor(
    db: DatabaseSync,
    private readonly work: MergeWork,
  ) {
    const behind = (columns: string, limit: string) => `
      SELECT ${columns} FROM operations AS o INDEXED BY operations_by_group
      WHERE o.group_id = g.id AND o.removed_as = 0 AND (o.start_ms, o.id) < (?6, ?7)
      ORDER BY o.start_ms DESC, o.id DESC LIMIT ${limit}`;
    this.count = new Statement(
      db,
      `SELECT count(*) FROM (
         SELECT 1 FROM op_groups AS g WHERE g.newest_ms >= ?4 AND ${GROUP_FITS} LIMIT ${MAX_GROUPS + 1})`,
    );
    // The row itself, which the index has not, is looked at for its status only where it starts in the future.
    this.bounds = new Statement(
      db,
      `WITH bounds AS MATERIALIZED (
         SELECT g.id AS group_id, coalesce(
           (SELECT start_ms FROM (
              ${behind(`o.start_ms, CASE WHEN o.start_ms > ?9 THEN o.status = ${STATUS_PENDING} END AS planned`, String(PLANNED_LOOK))})
            WHERE ?5 IS NOT NULL OR planned IS NOT 1 LIMIT 1),
           (${behind("o.start_ms", `1 OFFSET ${PLANNED_LOOK - 1}`)})) AS start_ms
         FROM op_groups AS g WHERE g.newest_ms >= ?8 AND ${GROUP_FITS})
       SELECT b.group_id, b.start_ms, (
         SELECT o.id FROM operations AS o INDEXED BY operations_by_group
         WHERE o.group_id = b.group_id AND o.removed_as = 0 AND o.start_ms = b.start_ms
           AND (o.start_ms, o.id) < (?6, ?7)
         ORDER BY o.id DESC LIMIT 1) AS newest_id
       FROM bounds AS b WHERE b.start_ms >= ?8 ORDER BY b.start_ms DESC, newest_id DESC`,
    );
    this.rows = new Statement(
      db,
      `SELECT start_ms, id, ${ROW_FITS} FROM operations INDEXED BY operations_by_group
       WHERE group_id = ?1 AND removed_as = 0 AND (start_ms, id) < (?2, ?3)
       ORDER BY start_ms DESC, id DESC LIMIT ?6`,
    );
  }

  /** Errors: `resource_exhausted` where there are too many groups. */
  find(wanted: Wanted): Found {
    const { values, from, sinceMs, most } = wanted;
    const [instances, plans, repos] = values;
    if ((this.count.get(instances, plans, repos, sinceMs)?.[0] ?? 0n) > MAX_GROUPS) throw tooManyGroups();
    const bounds = new Bounds(this.bounds.each(...values, ...from, sinceMs, Date.now()));
    const cursors = new NewestFirst<Row>();
    const chunk = Math.min(Math.max(MIN_CHUNK, Math.ceil((2 * most) / Math.max(1, bounds.length))), MAX_CHUNK);
    const entries: Entry[] = [];
    const until = performance.now() + this.work.ms;
    let unread = 0;
    for (let examined = 0; entries.length < most; examined++) {
      for (; unread < bounds.length && isNewer(bounds.at(unread), cursors.newest); unread++) {
        cursors.push(this.cursor(bounds.groupId(unread), values, chunk, bounds.at(unread)));
      }
      if (cursors.newest === undefined || cursors.newest[0] < sinceMs) return { entries };
      const [startMs, id, fits] = cursors.take() ?? cursors.newest;
      if (fits === 1n) entries.push([startMs, id]);
      if (this.isEnough(examined + 1, until) && entries.length < most) return { entries, next: [startMs, id] };
    }
    return { entries };
  }

  private isEnough(examined: number, until: number): boolean {
    return examined >= this.work.examined || (examined % CLOCK_EVERY === 0 && performance.now() > until);
  }

  /** Reads a group from its bound on. */
  private cursor(groupId: bigint, values: FilterValues, chunk: number, [startMs, id]: Entry): GroupCursor<Row> {
    const [, , , kinds, statuses] = values;
    const read = (last: Placed, count: number) => this.rows.all(groupId, last[0], last[1], kinds, statuses, count);
    return new GroupCursor<Row>(chunk, read, [startMs, id + 1n]);
  }
}

/** Whether a group's turn may have come: its bound is not behind the newest head. */
function isNewer(bound: Entry, newest: Placed | undefined): boolean {
  return newest === undefined || bound[0] > newest[0] || (bound[0] === newest[0] && bound[1] >= newest[1]);
}

/** Where each group's newest stands, outside of the thread's small heap. */
class Bounds {
  private readonly groups = new IdList();
  private readonly starts = new IdList();
  private readonly ids = new IdList();

  constructor(rows: Iterable<[groupId: bigint, startMs: bigint, id: bigint]>) {
    for (const [groupId, startMs, id] of rows) {
      this.groups.add(groupId);
      this.starts.add(startMs);
      this.ids.add(id);
    }
  }

  get length(): number {
    return this.groups.length;
  }

  groupId(index: number): bigint {
    return this.groups.at(index);
  }

  at(index: number): Entry {
    return [this.starts.at(index), this.ids.at(index)];
  }
}
