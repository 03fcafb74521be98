import { LOG_MAX_BYTES } from "../store/logs.js";

/** What all logs that are being received may take in memory together. */
export class LogBudget {
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when there is no room for so many more. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

/** Collects the pieces of one log into a buffer that grows by doubling. */
export class LogCollector {
  readonly #budget: LogBudget;
  #bytes = new Uint8Array(4096);
  #length = 0;
  #isShort = false;

  constructor(budget: LogBudget) {
    this.#budget = budget;
  }

  /** True once there was no room for a piece: what is here is the beginning only. */
  get isShort(): boolean {
    return this.#isShort;
  }

  add(chunk: Uint8Array): void {
    if (this.#isShort) return;
    if (!this.#budget.take(chunk.byteLength)) {
      this.#isShort = true;
      return;
    }
    const needed = this.#length + chunk.byteLength;
    if (needed > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(needed, Math.min(LOG_MAX_BYTES, this.#bytes.byteLength * 2)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  /** A copy in a buffer of its own. */
  content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Gives its share of the memory back. */
  release(): void {
    this.#budget.give(this.#length);
    this.#length = 0;
  }
}
