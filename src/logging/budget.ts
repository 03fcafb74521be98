const WINDOW_MS = 60_000;

/** Bytes that may be spent in a minute, and how often that was asked in vain. */
export class LogBudget {
  readonly #maxBytes: number;
  readonly #report: (refused: number) => void;
  #windowEndsAt = 0;
  #left = 0;
  #refused = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param report told at the end of a minute in which something was refused, with how often */
  constructor(maxBytes: number, report: (refused: number) => void) {
    this.#maxBytes = maxBytes;
    this.#report = report;
  }

  /** Whether these bytes may be spent. */
  take(bytes: number): boolean {
    const now = performance.now();
    if (now >= this.#windowEndsAt) {
      this.close();
      this.#windowEndsAt = now + WINDOW_MS;
      this.#left = this.#maxBytes;
    }
    if (bytes <= this.#left) {
      this.#left -= bytes;
      return true;
    }
    this.#refused += 1;
    // Only a caller that causes too much costs a timer.
    this.#timer ??= setTimeout(() => this.close(), this.#windowEndsAt - now).unref();
    return false;
  }

  /** Reports what was refused up to now. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const refused = this.#refused;
    this.#refused = 0;
    if (refused > 0) this.#report(refused);
  }
}
