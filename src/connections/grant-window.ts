const SECOND_MS = 1_000;

/** Counts out so many grants in any second, exactly: the times of the last ones are kept. */
export class GrantWindow {
  readonly #times: number[] = [];

  /** When the next may be granted, at `perSecond`; a time in the past means now. */
  freeAt(perSecond: number): number {
    const oldest = this.#times.at(-perSecond);
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + SECOND_MS;
  }

  grant(nowMs: number): void {
    this.#forget(nowMs);
    this.#times.push(nowMs);
  }

  /** Whether no grant of the last second is left. */
  isIdle(nowMs: number): boolean {
    return (this.#times.at(-1) ?? Number.NEGATIVE_INFINITY) + SECOND_MS <= nowMs;
  }

  #forget(nowMs: number): void {
    const kept = this.#times.findIndex((time) => time + SECOND_MS > nowMs);
    this.#times.splice(0, kept === -1 ? this.#times.length : kept);
  }
}
