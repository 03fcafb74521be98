import { CLEARED_AT_ONCE, type ClearStore, type ClearWish } from "../store/clear.js";
import type { OperationFeed } from "./feed.js";

export interface ClearingParts {
  readonly store: ClearStore;
  readonly feed: Pick<OperationFeed, "publish">;
  /** Wall clock. */
  readonly now: () => number;
}

/**
 * Hides operations from whoever reads the history, and tells the watchers. A large wish is carried out in parts, so that
 * no peer waits long for the writer; one that fails half way can be repeated.
 */
export class HistoryClearing {
  readonly #parts: ClearingParts;

  constructor(parts: ClearingParts) {
    this.#parts = parts;
  }

  /**
   * Returns how many operations were hidden: those that match and have ended.
   * @throws HubError `resource_exhausted` when too many match, `unavailable`
   */
  async clear({ query, onlyFailed }: ClearWish): Promise<number> {
    const { store, feed, now } = this.#parts;
    const found = await store.findOperations(query);
    let count = 0;
    for (let start = 0; start < found.length; start += CLEARED_AT_ONCE) {
      const ids = found.slice(start, start + CLEARED_AT_ONCE);
      const { cleared, events } = await store.clearOperations({ ids, onlyFailed, atMs: now() });
      feed.publish(events);
      count += cleared;
    }
    return count;
  }
}
