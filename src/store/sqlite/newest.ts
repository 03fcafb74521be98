import type { DatabaseSync } from "node:sqlite";
import { type Entry, GroupCursor, NEWEST, NewestFirst } from "./newest-first.js";
import { Statement } from "./statement.js";

/** What every operation that is asked for must also match, beyond its group. */
export interface RowFilter {
  readonly snapshotKey: bigint | null;
  readonly snapshotId: string | null;
  readonly changeGte: bigint | null;
}

/** A group with the time after which none of its operations starts. */
export type GroupBound = readonly [id: bigint, newestMs: bigint];

const MIN_CHUNK = 8;

/**
 * Finds the newest operations (by start, then id) of many groups at once: every group is read from its newest end in
 * chunks that grow, and the heads are merged, so that few of a large group cost little. Groups whose time has not come
 * are not read at all.
 */
export class NewestFinder {
  private readonly plain: Statement<[bigint, bigint]>;
  private readonly filtered: Statement<[bigint, bigint]>;

  constructor(db: DatabaseSync) {
    const select = (filter: string) => `
      SELECT start_ms, id FROM operations INDEXED BY operations_by_group
      WHERE group_id = ?1 AND removed_as = 0 AND (start_ms, id) < (?2, ?3) ${filter}
      ORDER BY start_ms DESC, id DESC LIMIT ?4`;
    this.plain = new Statement(db, select(""));
    this.filtered = new Statement(
      db,
      select("AND (?5 IS NULL OR (snapshot_key = ?5 AND snapshot_id = ?6)) AND (?7 IS NULL OR change >= ?7)"),
    );
  }

  /**
   * Hub ids of the newest `limit` operations of these groups, in no order; all of them when `limit` is 0. The groups
   * come with the newest first.
   */
  find(groups: readonly GroupBound[], limit: number, filter: RowFilter | undefined): bigint[] {
    if (limit === 0) return groups.flatMap(([groupId]) => this.chunk(groupId, NEWEST, -1, filter).map(idOf));
    const chunk = Math.min(limit, Math.max(MIN_CHUNK, Math.ceil((2 * limit) / Math.max(1, groups.length))));
    const cursors = new NewestFirst();
    const ids: bigint[] = [];
    let unread = 0;
    while (ids.length < limit) {
      const bound = groups[unread];
      const newest = cursors.newestMs;
      if (bound !== undefined && (newest === undefined || bound[1] >= newest)) {
        cursors.push(new GroupCursor(chunk, (last, count) => this.chunk(bound[0], last, count, filter)));
        unread += 1;
        continue;
      }
      const head = cursors.take();
      if (head === undefined) break;
      ids.push(idOf(head));
    }
    return ids;
  }

  private chunk(groupId: bigint, last: Entry, count: number, filter: RowFilter | undefined): Entry[] {
    if (filter === undefined) return this.plain.all(groupId, last[0], last[1], count);
    const { snapshotKey, snapshotId, changeGte } = filter;
    return this.filtered.all(groupId, last[0], last[1], count, snapshotKey, snapshotId, changeGte);
  }
}

function idOf(entry: Entry): bigint {
  return entry[1];
}
