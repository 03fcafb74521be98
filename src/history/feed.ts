import type { HubError } from "../errors.js";
import type { Store } from "../store/store.js";
import { type FeedLimits, FeedRing } from "./feed-ring.js";
import { OperationWatcher } from "./feed-watcher.js";

/** Prepares the events and reads operations again. */
export type FeedStore = Pick<Store, "followEvents" | "queryOperations">;

/**
 * Live operation events, encoded once and kept once for all watchers: a ring in which every watcher has a position. A
 * watcher that stops reading costs nothing and holds nobody up. One that reads more slowly than events come gets what
 * the ring has thinned out read again from the store, as it is by then.
 */
export class OperationFeed {
  readonly #store: FeedStore;
  readonly #ring: FeedRing;
  readonly #watchers = new Set<OperationWatcher>();
  #following: Promise<void> = Promise.resolve();

  constructor(store: FeedStore, limits: FeedLimits) {
    this.#store = store;
    this.#ring = new FeedRing(limits);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** @param events each the bytes of a `v1.OperationEvent` in the hub's numbers, already committed */
  publish(events: readonly Uint8Array[]): void {
    if (this.#watchers.size === 0 || events.length === 0) return;
    for (const event of events) this.#ring.push(event);
    let slowest = this.#ring.nextPosition;
    for (const watcher of this.#watchers) slowest = Math.min(slowest, watcher.position);
    this.#ring.trim(slowest);
    for (const watcher of this.#watchers) watcher.wake();
  }

  /** Follows from now on; `close` must be called. */
  watch(): OperationWatcher {
    const watcher = new OperationWatcher(this.#ring.nextPosition, {
      at: (position) => this.#ring.at(position),
      read: async (ids) => (await this.#store.queryOperations({ ids })).bytes,
      closed: () => {
        this.#watchers.delete(watcher);
        if (this.#watchers.size > 0) return;
        this.#ring.clear();
        // Nobody waits for this; a store that failed says so elsewhere.
        this.#store.followEvents(false).catch(() => {});
      },
      ready: () => this.#following,
    });
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) {
      this.#following = this.#store.followEvents(true);
      this.#following.catch(() => {});
    }
    return watcher;
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }
}
