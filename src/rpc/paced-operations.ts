import type { OperationWatcher } from "../history/feed-watcher.js";
import { Waiter } from "../waiter.js";
import type { Watchable } from "./merged-watch.js";

export interface Pace {
  /** Whether the hub has more to store than it shows at the same time without being slower for it. */
  readonly busy: () => boolean;
  /** While it is busy a reader gets one message in this time. */
  readonly everyMs: number;
}

/** Events that wait are joined up to this size: a message costs each reader more than a hundred of its operations. */
const JOINED_BYTES = 48 << 10;

/**
 * The live operations for the pages that people look at: fifty of them would cost a busy hub more than what it stores.
 * So storing goes first, and who waits gets what came meanwhile in few messages. What waits is the feed's to bound.
 */
export class PacedOperations implements Watchable<Uint8Array> {
  readonly #watcher: OperationWatcher;
  readonly #pace: Pace;
  readonly #rest = new Waiter();
  #sentMs = Number.NEGATIVE_INFINITY;
  #behind = false;

  constructor(watcher: OperationWatcher, pace: Pace) {
    this.#watcher = watcher;
    this.#pace = pace;
  }

  get closed(): boolean {
    return this.#watcher.closed;
  }

  ready(): Promise<void> {
    return this.#watcher.ready();
  }

  /** The bytes of one `v1.OperationEvent`; see {@link OperationWatcher.next}. */
  async next(timeoutMs: number): Promise<Uint8Array | undefined> {
    await this.#giveWay();
    const first = await this.#watcher.next(timeoutMs);
    if (first === undefined) return undefined;
    const events = [first];
    let bytes = first.byteLength;
    for (;;) {
      const more = bytes < JOINED_BYTES ? this.#watcher.nextLike(first) : undefined;
      if (more === undefined) break;
      events.push(more);
      bytes += more.byteLength;
    }
    this.#behind = this.#watcher.hasMore;
    this.#sentMs = performance.now();
    // Pieces of the same member of an event belong together.
    return events.length === 1 ? first : Buffer.concat(events, bytes);
  }

  close(): void {
    this.#watcher.close();
    this.#rest.close();
  }

  /** Nothing is kept from a reader that comes after a while; one that is behind leaves others at least their turn. */
  async #giveWay(): Promise<void> {
    const restMs = this.#pace.busy() ? this.#sentMs + this.#pace.everyMs - performance.now() : 0;
    if (restMs > 0) await this.#rest.wait(restMs);
    else if (this.#behind) await new Promise((resolve) => setImmediate(resolve));
  }
}
