/**
 * What waits to be sent to one peer: a queue with a limit, read by one reader. `end` lets what is queued go out first;
 * `push` past the limit is refused.
 */
export class Outbound<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #queue: T[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param limit items that may wait; a peer that does not read this many is not there */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the queue is full or finished: the caller decides what that means. */
  push(item: T): boolean {
    if (this.#ended || this.#queue.length >= this.#limit) return false;
    this.#queue.push(item);
    this.#wake?.();
    return true;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const item = this.#queue.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
