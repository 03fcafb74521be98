import { HubError } from "../errors.js";
import { Waiter } from "../waiter.js";

interface Entry {
  readonly position: number;
  readonly event: Uint8Array;
}

/**
 * Live operation events, encoded once and kept once for all watchers: a ring with a limit in bytes, in which every
 * watcher has a position. A watcher that stops reading costs nothing and holds nobody up; when the ring has moved past
 * its position it is told so, since events must not be lost silently.
 */
export class OperationFeed {
  readonly #limitBytes: number;
  readonly #onFollow: (follow: boolean) => Promise<void>;
  readonly #watchers = new Set<OperationWatcher>();
  #entries: Entry[] = [];
  #bytes = 0;
  #nextPosition = 0;
  #following: Promise<void> = Promise.resolve();

  /**
   * @param limitBytes what the ring may hold
   * @param onFollow told when the first watcher comes and when the last one leaves; resolves when events are prepared
   */
  constructor(limitBytes: number, onFollow: (follow: boolean) => Promise<void>) {
    this.#limitBytes = limitBytes;
    this.#onFollow = onFollow;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** @param events each the bytes of a `v1.OperationEvent` in the hub's numbers, already committed */
  publish(events: readonly Uint8Array[]): void {
    if (this.#watchers.size === 0 || events.length === 0) return;
    for (const event of events) {
      this.#entries.push({ position: this.#nextPosition++, event });
      this.#bytes += event.byteLength;
    }
    this.#trim();
    for (const watcher of this.#watchers) watcher.wake();
  }

  /** Follows from now on; `close` must be called. */
  watch(): OperationWatcher {
    const watcher = new OperationWatcher(this.#nextPosition, {
      entryAt: (position) => this.#entryAt(position),
      closed: () => {
        this.#watchers.delete(watcher);
        if (this.#watchers.size > 0) return;
        this.#entries = [];
        this.#bytes = 0;
        // Nobody waits for this; a store that failed says so elsewhere.
        this.#onFollow(false).catch(() => {});
      },
      ready: () => this.#following,
    });
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) {
      this.#following = this.#onFollow(true);
      this.#following.catch(() => {});
    }
    return watcher;
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  #entryAt(position: number): Uint8Array | "none" | "gone" {
    if (position >= this.#nextPosition) return "none";
    const first = this.#entries[0];
    if (first === undefined || position < first.position) return "gone";
    return this.#entries[position - first.position]?.event ?? "gone";
  }

  /** Drops what every watcher has read, and then the oldest until the rest fits. */
  #trim(): void {
    let slowest = this.#nextPosition;
    for (const watcher of this.#watchers) slowest = Math.min(slowest, watcher.position);
    let drop = 0;
    for (const entry of this.#entries) {
      if (entry.position >= slowest && this.#bytes <= this.#limitBytes) break;
      this.#bytes -= entry.event.byteLength;
      drop++;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }
}

interface FeedView {
  ready(): Promise<void>;
  entryAt(position: number): Uint8Array | "none" | "gone";
  closed(): void;
}

/** One reader of the feed. */
export class OperationWatcher {
  readonly #feed: FeedView;
  readonly #waiter = new Waiter();
  #position: number;

  constructor(position: number, feed: FeedView) {
    this.#position = position;
    this.#feed = feed;
  }

  get position(): number {
    return this.#position;
  }

  /** Resolves when nothing that is committed from now on is missed: a history that is read behind it leaves no gap. */
  ready(): Promise<void> {
    return this.#feed.ready();
  }

  get closed(): boolean {
    return this.#waiter.closed;
  }

  wake(): void {
    this.#waiter.wake();
  }

  /** The reader gets this error instead of the next event. */
  fail(error: HubError): void {
    this.#waiter.fail(error);
  }

  /**
   * The next event, or undefined when none came within `timeoutMs` or the watcher was closed.
   * @throws HubError `resource_exhausted` when the reader fell so far behind that events were dropped, or what
   * {@link fail} was given
   */
  async next(timeoutMs: number): Promise<Uint8Array | undefined> {
    if (this.#feed.entryAt(this.#position) === "none") await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    const entry = this.#feed.entryAt(this.#position);
    if (entry === "none" || this.closed) return undefined;
    if (entry === "gone") {
      throw new HubError(
        "resource_exhausted",
        "this reader fell too far behind the live operations; read the history again and follow anew",
      );
    }
    this.#position++;
    return entry;
  }

  close(): void {
    if (this.#waiter.close()) this.#feed.closed();
  }
}
