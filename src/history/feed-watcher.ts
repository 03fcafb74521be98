import { HubError } from "../errors.js";
import { listEvent } from "../store/list-writer.js";
import { Waiter } from "../waiter.js";
import type { ThinEvent } from "./thin-event.js";

/** The feed as one of its watchers sees it. */
export interface FeedView {
  ready(): Promise<void>;
  at(position: number): Uint8Array | ThinEvent | "none" | "gone";
  /** The bytes of a `v1.OperationList`: of these operations those that are still there. */
  read(ids: readonly bigint[]): Promise<Uint8Array>;
  closed(): void;
}

/** Operations that are read again at once: few enough for one answer, and for the memory that each reader may take. */
const READ_AT_ONCE = 128;

/** One reader of the feed. */
export class OperationWatcher {
  readonly #feed: FeedView;
  readonly #waiter = new Waiter();
  #position: number;
  /** Operations of the thin event at the position that were read again. */
  #taken = 0;

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
    if (this.#feed.at(this.#position) === "none") await this.#waiter.wait(timeoutMs);
    for (;;) {
      this.#waiter.throwIfFailed();
      const entry = this.#feed.at(this.#position);
      if (entry === "none" || this.closed) return undefined;
      if (entry === "gone") throw tooFarBehind();
      if (entry instanceof Uint8Array) {
        // Where a part of it was read before it came to this, that part comes again.
        this.#advance();
        return entry;
      }
      const event = await this.#readAgain(entry);
      if (event !== undefined) return event;
    }
  }

  /** Whether {@link next} has something to say already. */
  get hasMore(): boolean {
    return this.#feed.at(this.#position) !== "none";
  }

  /** The next event where it is there as it came and is of the same kind as this one; undefined otherwise. */
  nextLike(event: Uint8Array): Uint8Array | undefined {
    const entry = this.closed ? "gone" : this.#feed.at(this.#position);
    if (!(entry instanceof Uint8Array) || entry[0] !== event[0]) return undefined;
    this.#advance();
    return entry;
  }

  close(): void {
    if (this.#waiter.close()) this.#feed.closed();
  }

  /** The next part of a thin event; undefined when none of its operations are there any more. */
  async #readAgain({ kind, ids }: ThinEvent): Promise<Uint8Array | undefined> {
    const part = ids.subarray(this.#taken, this.#taken + READ_AT_ONCE);
    this.#taken += part.length;
    if (this.#taken >= ids.length) this.#advance();
    const list = await this.#feed.read([...part]);
    return list.byteLength === 0 ? undefined : listEvent(kind, list);
  }

  #advance(): void {
    this.#position++;
    this.#taken = 0;
  }
}

function tooFarBehind(): HubError {
  return new HubError(
    "resource_exhausted",
    "this reader fell too far behind the live operations; read the history again and follow anew",
  );
}
