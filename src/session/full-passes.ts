/**
 * Which peers this process has compared with their whole history, and when: a mark from an earlier process is a hint,
 * and what was deleted while nobody listened shows only in a full pass.
 */
export class FullPasses {
  readonly #intervalMs: number;
  readonly #doneMs = new Map<string, number>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  isDue(keyid: string, nowMs: number): boolean {
    const doneMs = this.#doneMs.get(keyid);
    return doneMs === undefined || nowMs >= doneMs + this.#intervalMs;
  }

  done(keyid: string, nowMs: number): void {
    this.#doneMs.set(keyid, nowMs);
  }
}
