import type { DatabaseSync } from "node:sqlite";
import { MAX_PAGE_BYTES } from "../answer-limits.js";
import type { HistoryPage, HistoryPlace, HistoryQuery } from "../history.js";
import { OperationListWriter } from "../list-writer.js";
import { GroupMerge } from "./group-merge.js";
import { asksForNotable, filterValues, rangeOf } from "./history-sql.js";
import { type Entry, NEWEST } from "./newest-first.js";
import { NotableScan } from "./notable-scan.js";
import { firstCapacity, OperationBodies } from "./operation-bodies.js";

/** What one page may cost; each part takes some hundred milliseconds at most. */
export interface PageWork {
  /** Operations of all kinds that are looked at, and for how long. */
  readonly examined: number;
  readonly ms: number;
  /** Entries that are looked at in the index of what is notable, which is read many times as fast. */
  readonly notable: number;
  readonly bytes: number;
}

const PAGE_WORK: PageWork = { examined: 20_000, ms: 120, notable: 500_000, bytes: MAX_PAGE_BYTES };

/** Reads the history in pages: what has been read of it is behind the reader, whatever is stored meanwhile. */
export class HistoryQueries {
  private readonly notable: NotableScan;
  private readonly merge: GroupMerge;
  private readonly bodies: OperationBodies;

  constructor(
    db: DatabaseSync,
    private readonly work: PageWork = PAGE_WORK,
  ) {
    this.notable = new NotableScan(db, work.notable);
    this.merge = new GroupMerge(db, work);
    this.bodies = new OperationBodies(db);
  }

  run({ filter, after, limit }: HistoryQuery): HistoryPage & { readonly bytes: Uint8Array<ArrayBuffer> } {
    const values = filterValues(filter);
    const range = rangeOf(filter, after === undefined ? NEWEST : [after.startMs, after.id]);
    const way = asksForNotable(filter) ? this.notable : this.merge;
    // One more than is wanted tells whether anything comes behind the page.
    const found = way.find({ values, ...range, most: limit + 1 });
    const shown = found.entries.slice(0, limit);
    const writer = new OperationListWriter(firstCapacity(shown.length));
    const whole = this.bodies.write(
      BigInt64Array.from(shown, ([, id]) => id),
      writer,
      this.work.bytes,
    );
    const { count } = writer;
    const next = whole && found.entries.length <= limit ? found.next : shown[count - 1];
    return { bytes: writer.finish(), count, ...(next === undefined ? {} : { next: placeOf(next) }) };
  }
}

function placeOf([startMs, id]: Entry): HistoryPlace {
  return { startMs, id };
}
