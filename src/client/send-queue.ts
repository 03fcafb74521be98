export interface SendQueueLimits {
  /** Items that may wait. */
  readonly items: number;
  /** How long a further item may wait for a place, in milliseconds. */
  readonly patienceMs: number;
}

interface Waiting<T> {
  readonly item: T;
  readonly settle: (taken: boolean) => void;
}

/**
 * What a peer sends, in order, taken as fast as the stream takes it. Like a Backrest's, it holds a fixed number of
 * items; one that finds no place in time is not sent, and its sender is told so.
 */
export class SendQueue<T> implements AsyncIterable<T> {
  readonly #limits: SendQueueLimits;
  readonly #items: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #taker: ((result: IteratorResult<T>) => void) | undefined;
  #state: "open" | "ending" | "parked" = "open";
  #pausedUntilMs = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(limits: SendQueueLimits) {
    this.#limits = limits;
  }

  /** Resolves to true when the item has a place, to false when it got none in time or nothing is sent any more. */
  push(item: T): Promise<boolean> {
    if (this.#state !== "open") return Promise.resolve(false);
    if (this.#items.length < this.#limits.items && this.#waiting.length === 0) {
      this.#items.push(item);
      this.#serve();
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const settle = (taken: boolean) => {
        clearTimeout(timer);
        resolve(taken);
      };
      const waiting = { item, settle };
      const lose = () => {
        // While the host wants quiet, it is not the host that is slow.
        if (this.#pausedUntilMs > 0) {
          timer = setTimeout(lose, this.#limits.patienceMs);
          return;
        }
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        settle(false);
      };
      let timer = setTimeout(lose, this.#limits.patienceMs);
      this.#waiting.push(waiting);
    });
  }

  /** Holds back everything for a while. */
  pause(ms: number): void {
    const untilMs = Date.now() + ms;
    if (untilMs <= this.#pausedUntilMs) return;
    this.#resume();
    this.#pausedUntilMs = untilMs;
    // The timer decides and not the clock: it may go off a little before the clock says so.
    this.#pause = setTimeout(() => {
      this.#resume();
      this.#serve();
    }, ms).unref();
  }

  /** Sends what is queued, and then ends the stream's sending side. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#refuseWaiting();
    this.#serve();
  }

  /** Ends the sending side at once; what is queued is lost. */
  cancel(): void {
    this.#state = "ending";
    this.#resume();
    this.#items.length = 0;
    this.#refuseWaiting();
    this.#serve();
  }

  /** Sends nothing any more, and leaves the stream open. */
  park(): void {
    if (this.#state === "parked") return;
    this.#state = "parked";
    this.#items.length = 0;
    this.#refuseWaiting();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    const stop = () => {
      this.cancel();
      return Promise.resolve({ done: true, value: undefined } as const);
    };
    const next = () =>
      new Promise<IteratorResult<T>>((resolve) => {
        this.#taker = resolve;
        this.#serve();
      });
    return { next, return: stop, throw: stop };
  }

  #resume(): void {
    clearTimeout(this.#pause);
    this.#pausedUntilMs = 0;
  }

  #serve(): void {
    const taker = this.#taker;
    if (taker === undefined || this.#state === "parked" || this.#pausedUntilMs > 0) return;
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#taker = undefined;
      taker({ done: false, value: item });
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#items.push(next.item);
        next.settle(true);
      }
    } else if (this.#state === "ending") {
      this.#taker = undefined;
      taker({ done: true, value: undefined });
    }
  }

  #refuseWaiting(): void {
    for (const { settle } of this.#waiting.splice(0)) settle(false);
  }
}
