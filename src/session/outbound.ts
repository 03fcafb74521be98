import type { HubError } from "../errors.js";

/**
 * What waits to be sent to one peer: a queue with a limit, read by one reader. `end` lets what is queued go out first,
 * `fail` throws it away and makes the reader throw, `push` past the limit is refused.
 */
export class Outbound<T> implements AsyncIterable<T> {
  readonly #limit: number;
  #queue: T[] = [];
  #finished: { error?: HubError } | undefined;
  #wake: (() => void) | undefined;

  /** @param limit items that may wait; a peer that does not read this many is not there */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the queue is full or finished: the caller decides what that means. */
  push(item: T): boolean {
    if (this.#finished !== undefined || this.#queue.length >= this.#limit) return false;
    this.#queue.push(item);
    this.#wake?.();
    return true;
  }

  end(): void {
    this.#finish({});
  }

  fail(error: HubError): void {
    if (this.#finished === undefined) this.#queue = [];
    this.#finish({ error });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const item = this.#queue.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      if (this.#finished !== undefined) {
        if (this.#finished.error !== undefined) throw this.#finished.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #finish(how: { error?: HubError }): void {
    this.#finished ??= how;
    this.#wake?.();
  }
}
