/**
 * Which peers are asked for their whole history when they connect. What a peer deletes while nobody listens shows in a
 * full pass only, and a Backrest does that at every start: it replaces its pending operations before it dials. So a
 * full pass is due wherever it costs little, and otherwise in a peer's first session of a process and once in a while.
 */
export class FullPasses {
  readonly #intervalMs: number;
  readonly #cheapBelow: number;
  readonly #doneMs = new Map<string, number>();
  readonly #wanted = new Set<string>();

  /** @param cheapBelow a peer with fewer operations than this is asked for all of them at every connection */
  constructor(intervalMs: number, cheapBelow: number) {
    this.#intervalMs = intervalMs;
    this.#cheapBelow = cheapBelow;
  }

  /** @param operations how many the hub has of this peer */
  isDue(keyid: string, operations: bigint, nowMs: number): boolean {
    if (operations < this.#cheapBelow) return true;
    const doneMs = this.#doneMs.get(keyid);
    return doneMs === undefined || nowMs >= doneMs + this.#intervalMs;
  }

  done(keyid: string, nowMs: number): void {
    this.#doneMs.set(keyid, nowMs);
  }

  /** A person wants this peer's whole history anew. */
  want(keyid: string): void {
    this.#wanted.add(keyid);
  }

  isWanted(keyid: string): boolean {
    return this.#wanted.has(keyid);
  }

  /** What a person wanted is there. */
  fulfilled(keyid: string): void {
    this.#wanted.delete(keyid);
  }

  /** Something that the peer sent was not stored: what the last pass knew no longer holds. */
  spoil(keyid: string): void {
    this.#doneMs.delete(keyid);
  }
}
