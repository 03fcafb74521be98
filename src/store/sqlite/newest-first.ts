/** An operation's place in the order of reads. */
export type Entry = readonly [startMs: bigint, id: bigint];

const MAX_INT64 = 2n ** 63n - 1n;
/** A row whose first columns are its place. */
export type Placed = readonly [startMs: bigint, id: bigint, ...more: bigint[]];

/** Stands before every operation. */
export const NEWEST: Entry = [MAX_INT64, MAX_INT64];

const MAX_CHUNK = 4096;

/** Where the reading of one group stands; it reads from the newest end, or from `from`, in chunks that grow. */
export class GroupCursor<Row extends Placed = Entry> {
  private entries: Row[];
  private next = 0;

  constructor(
    private size: number,
    private readonly read: (last: Placed, count: number) => Row[],
    from: Placed = NEWEST,
  ) {
    this.entries = read(from, size);
  }

  get head(): Row | undefined {
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

/** Cursors as a binary heap, the one with the newest head at the top. */
export class NewestFirst<Row extends Placed = Entry> {
  private readonly cursors: GroupCursor<Row>[] = [];

  get size(): number {
    return this.cursors.length;
  }

  /** The newest head. */
  get newest(): Row | undefined {
    return this.cursors[0]?.head;
  }

  push(cursor: GroupCursor<Row>): void {
    if (cursor.head === undefined) return;
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
  take(): Row | undefined {
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
