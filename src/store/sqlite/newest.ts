import type { DatabaseSync } from "node:sqlite";
import { type Entry, GroupCursor, NEWEST, NewestFirst } from "./newest-first.js";
import { IdList } from "./id-list.js";
import { tooLarge } from "./answer-limits.js";
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
const MAX_CHUNK = 4096;
/** Groups that are read at the same time; so many have their newest at the same time only where somebody made them. */
const MAX_CURSORS = 100_000;

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
   * Hub ids of the newest `limit` operations of these groups, in no order; all of them when `limit` is 0; never more
   * than `most`. The groups come with the newest first. Errors: `resource_exhausted` where too many groups would have
   * to be read at the same time.
   */
  find(groups: Iterable<GroupBound>, wanted: { limit: number; most: number }, filter: RowFilter | undefined): IdList {
    const { limit, most } = wanted;
    const bounds = new GroupBounds(groups);
    return limit === 0 ? this.all(bounds, most, filter) : this.merge(bounds, Math.min(limit, most), filter);
  }

  private all(bounds: GroupBounds, most: number, filter: RowFilter | undefined): IdList {
    const ids = new IdList();
    for (let i = 0; i < bounds.length && ids.length < most; i++) {
      for (const entry of this.entries(bounds.id(i), NEWEST, most - ids.length, filter)) ids.add(entry[1]);
    }
    return ids;
  }

  private merge(bounds: GroupBounds, most: number, filter: RowFilter | undefined): IdList {
    const usual = Math.max(MIN_CHUNK, Math.ceil((2 * most) / Math.max(1, bounds.length)));
    const chunk = Math.min(most, usual, MAX_CHUNK);
    const cursors = new NewestFirst();
    const ids = new IdList();
    let unread = 0;
    while (ids.length < most) {
      const newest = cursors.newest?.[0];
      if (unread < bounds.length && (newest === undefined || bounds.newestMs(unread) >= newest)) {
        if (cursors.size >= MAX_CURSORS) throw tooLarge();
        const groupId = bounds.id(unread);
        cursors.push(
          new GroupCursor(chunk, ([startMs, id], count) => [...this.entries(groupId, [startMs, id], count, filter)]),
        );
        unread += 1;
        continue;
      }
      const head = cursors.take();
      if (head === undefined) break;
      ids.add(head[1]);
    }
    return ids;
  }

  private entries(groupId: bigint, last: Entry, count: number, filter: RowFilter | undefined): Iterable<Entry> {
    if (filter === undefined) return this.plain.each(groupId, last[0], last[1], count);
    const { snapshotKey, snapshotId, changeGte } = filter;
    return this.filtered.each(groupId, last[0], last[1], count, snapshotKey, snapshotId, changeGte);
  }
}

/** Groups that may be as many as there are operations, outside of the small heap. */
class GroupBounds {
  private readonly ids = new IdList();
  private readonly times = new IdList();

  constructor(groups: Iterable<GroupBound>) {
    for (const [id, newestMs] of groups) {
      this.ids.add(id);
      this.times.add(newestMs);
    }
  }

  get length(): number {
    return this.ids.length;
  }

  id(index: number): bigint {
    return this.ids.at(index);
  }

  newestMs(index: number): bigint {
    return this.times.at(index);
  }
}
