/** When sessions of one key that displace each other come from two machines. */
export interface AlternationLimits {
  /** Displacements in a row, each from the other of two addresses. */
  readonly displacements: number;
  /** The time in which they come. */
  readonly withinMs: number;
  /** Peers that are remembered. */
  readonly maxPeers: number;
}

export const ALTERNATION_LIMITS: AlternationLimits = { displacements: 3, withinMs: 15 * 60_000, maxPeers: 10_000 };

interface Run {
  /** Where the last displacement came from, and whom it displaced. */
  readonly to: string;
  readonly from: string;
  readonly sinceMs: number;
  readonly length: number;
}

/**
 * Tells a machine that changed its network once from a key that two machines use: those displace each other again and
 * again, each from its own address. Two machines behind one address cannot be told apart.
 */
export class Alternation {
  readonly #runs = new Map<number, Run>();

  constructor(private readonly limits: AlternationLimits = ALTERNATION_LIMITS) {}

  /** A newer session displaced an older one. True when the two addresses take turns. */
  displaced(peerId: number, from: string, to: string, nowMs: number): boolean {
    const before = this.#runs.get(peerId);
    this.#runs.delete(peerId);
    if (from === to) return false;
    const goesOn =
      before !== undefined &&
      before.to === from &&
      before.from === to &&
      nowMs - before.sinceMs <= this.limits.withinMs;
    const run = goesOn ? { ...before, from, to, length: before.length + 1 } : { from, to, sinceMs: nowMs, length: 1 };
    const isShared = run.length >= this.limits.displacements;
    // From here every further turn counts again, so that the entry stays fresh while it goes on.
    this.#runs.set(peerId, isShared ? { ...run, sinceMs: nowMs } : run);
    if (this.#runs.size > this.limits.maxPeers) this.#forgetOldest();
    return isShared;
  }

  #forgetOldest(): void {
    for (const peerId of this.#runs.keys()) {
      this.#runs.delete(peerId);
      return;
    }
  }
}
