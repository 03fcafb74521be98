/** A machine's clock: it can be set into the past, moved on by hand, and in the end left to run with everybody's. */
export class Clock {
  #setMs: number | undefined;
  /** Unix milliseconds. */
  readonly now = (): number => this.#setMs ?? Date.now();

  set(ms: number): void {
    this.#setMs = ms;
  }

  advance(ms: number): void {
    if (this.#setMs !== undefined) this.#setMs += ms;
  }

  /** From here on it is the time of day. */
  release(): void {
    this.#setMs = undefined;
  }
}
