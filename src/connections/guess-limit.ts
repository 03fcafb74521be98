import { ownerOf } from "../networks.js";

export interface GuessLimits {
  /** Tries that one address has in {@link windowMs}. */
  readonly tries: number;
  readonly windowMs: number;
  /** Addresses that are remembered; beyond it the one that tried the longest ago is forgotten. */
  readonly maxAddresses: number;
}

export const GUESS_LIMITS: GuessLimits = { tries: 10, windowMs: 60_000, maxAddresses: 10_000 };

/** Counts tries at secrets by address, of IPv6 by /64, over the last minute. */
export class GuessLimit {
  /** When each address tried, the oldest first; the address that tried last stands last. */
  readonly #tries = new Map<string, number[]>();

  constructor(private readonly limits: GuessLimits = GUESS_LIMITS) {}

  /**
   * Counts a try, before anything is done for it.
   * @param nowMs on a clock that is never set back
   * @returns false when the address has none left
   */
  take(address: string, nowMs: number): boolean {
    const owner = ownerOf(address);
    const recent = (this.#tries.get(owner) ?? []).filter((at) => at > nowMs - this.limits.windowMs);
    this.#tries.delete(owner);
    const allowed = recent.length < this.limits.tries;
    if (allowed) recent.push(nowMs);
    this.#tries.set(owner, recent);
    if (this.#tries.size > this.limits.maxAddresses) this.#forgetOldest();
    return allowed;
  }

  /** The last try was no guess: a whole fleet may pair from behind one address. */
  giveBack(address: string): void {
    this.#tries.get(ownerOf(address))?.pop();
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#tries.size;
  }

  #forgetOldest(): void {
    const oldest = this.#tries.keys().next();
    if (!oldest.done) this.#tries.delete(oldest.value);
  }
}
