import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** What every operation that is asked for must also match, beyond its group. */
export interface RowFilter {
  readonly snapshotKey: bigint | null;
  readonly snapshotId: string | null;
  readonly changeGte: bigint | null;
}

type Entry = readonly [startMs: bigint, id: bigint];

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_CHUNK = 8;
const MAX_CHUNK = 4096;

/**
 * Finds the newest operations (by start, then id) of many groups at once: every group is read from its newest end in
 * chunks that grow, and the heads are merged, so that few of a large group cost little.
 */
export class NewestFinder {
  private readonly plain: Statement<[bigint, bigint]>;
  private readonly filtered: Statement<[bigint, bigint]>;

  constructor(db: DatabaseSync) {
    const select = (filter: string) => `
      SELECT start_ms, id FROM operations INDEXED BY operations_by_group
      WHERE group_id = ? AND removed_as = 0 AND (start_ms, id) < (?, ?) ${filter}
      ORDER BY start_ms DESC, id DESC LIMIT ?`;
    this.plain = new Statement(db, select(""));
    this.filtered = new Statement(
      db,
      select(`AND (?5 IS NULL OR (snapshot_key = ?5 AND snapshot_id = ?6)) AND (?7 IS NULL OR change >= ?7)`).replace(
        "LIMIT ?",
        "LIMIT ?4",
      ),
    );
  }

  /** Hub ids of the newest `limit` operations of these groups, in no order; all of them when `limit` is 0. */
  find(groupIds: readonly bigint[], limit: number, filter: RowFilter | undefined): bigint[] {
    if (limit === 0)
      return groupIds.flatMap((groupId) => this.chunk(groupId, [MAX_INT64, MAX_INT64], -1, filter).map(idOf));
    const firstChunk = Math.max(MIN_CHUNK, Math.ceil((2 * limit) / Math.max(1, groupIds.length)));
    const heap = new CursorHeap();
    for (const groupId of groupIds) {
      const cursor = new Cursor(Math.min(firstChunk, limit), (last, count) => this.chunk(groupId, last, count, filter));
      if (cursor.head !== undefined) heap.push(cursor);
    }
    const ids: bigint[] = [];
    while (ids.length < limit) {
      const head = heap.take();
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

/** Where the reading of one group stands. */
class Cursor {
  private entries: Entry[];
  private next = 0;

  constructor(
    private size: number,
    private readonly read: (last: Entry, count: number) => Entry[],
  ) {
    this.entries = read([MAX_INT64, MAX_INT64], size);
  }

  get head(): Entry | undefined {
    return this.entries[this.next];
  }

  advance(): void {
    const last = this.head;
    this.next += 1;
    if (last === undefined || this.next < this.entries.length || this.entries.length < this.size) return;
    this.size = Math.min(this.size * 2, MAX_CHUNK);
    this.entries = this.read(last, this.size);
    this.next = 0;
  }
}

/** A binary heap of cursors, the one with the newest head at the top. */
class CursorHeap {
  private readonly cursors: Cursor[] = [];

  push(cursor: Cursor): void {
    this.cursors.push(cursor);
    let child = this.cursors.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isNewer(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** The newest head of all, taken off its cursor. */
  take(): Entry | undefined {
    const top = this.cursors[0];
    const head = top?.head;
    if (top === undefined || head === undefined) return undefined;
    top.advance();
    if (top.head === undefined) {
      const last = this.cursors.pop();
      if (last !== undefined && last !== top) this.cursors[0] = last;
    }
    this.sink();
    return head;
  }

  private sink(): void {
    let parent = 0;
    for (;;) {
      let newest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.cursors.length && this.isNewer(child, newest)) newest = child;
      }
      if (newest === parent) return;
      this.swap(newest, parent);
      parent = newest;
    }
  }

  private isNewer(a: number, b: number): boolean {
    const left = this.cursors[a]?.head;
    const right = this.cursors[b]?.head;
    if (left === undefined || right === undefined) return left !== undefined;
    return left[0] > right[0] || (left[0] === right[0] && left[1] > right[1]);
  }

  private swap(a: number, b: number): void {
    const [left, right] = [this.cursors[a], this.cursors[b]];
    if (left === undefined || right === undefined) return;
    this.cursors[a] = right;
    this.cursors[b] = left;
  }
}

function idOf(entry: Entry): bigint {
  return entry[1];
}
