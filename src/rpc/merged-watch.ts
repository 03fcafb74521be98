import { HubError } from "../errors.js";
import { Waiter } from "../waiter.js";

/** One reader of something that changes, as every part of the hub that can be followed gives it out. */
export interface Watchable<Item> {
  readonly closed: boolean;
  /** Undefined when nothing came in time or the watcher was closed. @throws HubError */
  next(timeoutMs: number): Promise<Item | undefined>;
  close(): void;
}

interface Offer<Item> {
  readonly item: Item;
  readonly taken: () => void;
}

/** How long one wait for a source lasts; nothing depends on it. */
const WAIT_MS = 3_600_000;

/**
 * Several watchers as one reader's. Of each source at most one item waits here, so that what a slow reader misses is
 * decided by the source's own rule; sources take turns, so that a busy one keeps no other back.
 */
export class MergedWatch<Item> {
  readonly #waiter = new Waiter();
  readonly #sources = new Set<Watchable<Item>>();
  #offers: Offer<Item>[] = [];

  get closed(): boolean {
    return this.#waiter.closed;
  }

  /** Closes the source with this, at once where this is closed. */
  add(source: Watchable<Item>): void {
    if (this.closed) return source.close();
    this.#sources.add(source);
    void this.#pump(source);
  }

  /**
   * The next item of any source, or undefined when none came within `timeoutMs` or this was closed.
   * @throws HubError the first error of a source
   */
  async next(timeoutMs: number): Promise<Item | undefined> {
    if (this.#offers.length === 0) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    const offer = this.closed ? undefined : this.#offers.shift();
    offer?.taken();
    return offer?.item;
  }

  close(): void {
    if (!this.#waiter.close()) return;
    for (const source of this.#sources) source.close();
    for (const { taken } of this.#offers) taken();
    this.#offers = [];
  }

  async #pump(source: Watchable<Item>): Promise<void> {
    try {
      while (!source.closed) {
        const item = await source.next(WAIT_MS);
        if (item === undefined) continue;
        await new Promise<void>((taken) => {
          this.#offers.push({ item, taken });
          this.#waiter.wake();
        });
      }
    } catch (reason) {
      this.#waiter.fail(HubError.from(reason));
    }
  }
}
