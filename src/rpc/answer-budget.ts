import { HubError } from "../errors.js";

export interface AnswerBudgetLimits {
  /** What all answers may take in memory together, from the query to the last byte that its reader took. */
  readonly bytes: number;
  /** Readers that may wait for room. */
  readonly waiting: number;
  readonly waitMs: number;
}

export const ANSWER_BUDGET: AnswerBudgetLimits = { bytes: 128 << 20, waiting: 256, waitMs: 30_000 };

interface Waiting {
  readonly bytes: number;
  admit(): void;
}

/** Keeps readers that are slow, or do not read at all, from filling the memory with their answers. */
export class AnswerBudget {
  readonly #limits: AnswerBudgetLimits;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(limits: AnswerBudgetLimits = ANSWER_BUDGET) {
    this.#limits = limits;
  }

  get takenBytes(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until there is room for an answer of this size. Who wants little does not wait behind who wants much.
   * @param bytes at most the whole budget
   * @throws HubError `resource_exhausted` when too many wait or it takes too long, `canceled` when the reader left
   */
  async take(bytes: number, signal: AbortSignal): Promise<AnswerShare> {
    if (!this.#fits(bytes)) await this.#room(bytes, signal);
    else this.#taken += bytes;
    return new AnswerShare(bytes, {
      grow: (more) => {
        if (!this.#fits(more)) return false;
        this.#taken += more;
        return true;
      },
      giveBack: (less) => this.#giveBack(less),
    });
  }

  #fits(bytes: number): boolean {
    return this.#taken + bytes <= this.#limits.bytes;
  }

  #room(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#limits.waiting) return Promise.reject(tooBusy());
    if (signal.aborted) return Promise.reject(left());
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(waiting);
        clearTimeout(timer);
        signal.removeEventListener("abort", gone);
      };
      const fail = (error: HubError) => {
        settle();
        reject(error);
      };
      const gone = () => fail(left());
      const timer = setTimeout(() => fail(tooBusy()), this.#limits.waitMs);
      const waiting: Waiting = {
        bytes,
        admit: () => {
          this.#taken += bytes;
          settle();
          resolve();
        },
      };
      signal.addEventListener("abort", gone, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #giveBack(bytes: number): void {
    this.#taken -= bytes;
    for (const waiting of this.#waiting) if (this.#fits(waiting.bytes)) waiting.admit();
  }
}

interface ShareParts {
  grow(bytes: number): boolean;
  giveBack(bytes: number): void;
}

/** What one answer has of the budget. */
export class AnswerShare {
  readonly #parts: ShareParts;
  #bytes: number;

  constructor(bytes: number, parts: ShareParts) {
    this.#bytes = bytes;
    this.#parts = parts;
  }

  /**
   * The answer is there, and this is its size.
   * @throws HubError `resource_exhausted` when it is larger than was thought and there is no room for it
   */
  settle(bytes: number): void {
    const more = bytes - this.#bytes;
    if (more > 0 && !this.#parts.grow(more)) throw tooBusy();
    this.#bytes = bytes;
    if (more < 0) this.#parts.giveBack(-more);
  }

  /** May be called again. */
  release(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (bytes > 0) this.#parts.giveBack(bytes);
  }
}

function tooBusy(): HubError {
  return new HubError(
    "resource_exhausted",
    "the hub is sending as many large answers as it can hold; ask again in a moment, or for fewer operations (last_n, page_size)",
  );
}

function left(): HubError {
  return new HubError("canceled", "the caller left before its turn came");
}
