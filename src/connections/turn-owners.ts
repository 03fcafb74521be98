import type { HubError } from "../errors.js";
import { ownerOf } from "../networks.js";
import { GrantWindow } from "./grant-window.js";
import type { TurnLimits } from "./turn-limits.js";

/** A session's turn to exchange keys. */
export interface Turn {
  /** When, by the clock's time, the session must have shown its handshake. */
  readonly deadlineMs: number;
}

export interface WaitingTurn {
  readonly sinceMs: number;
  readonly settle: (outcome: Turn | HubError) => void;
}

/** What is known of one address: who waits, what it was granted lately, and how often it failed. */
export class TurnOwner {
  readonly waiting: WaitingTurn[] = [];
  readonly grants = new GrantWindow();
  readonly #limits: TurnLimits;
  #failures = 0;
  #failedMs = Number.NEGATIVE_INFINITY;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** When its next session may have its turn, as far as this address goes. */
  freeAt(nowMs: number): number {
    const slow = this.#failuresAt(nowMs) >= this.#limits.failures;
    return this.grants.freeAt(slow ? this.#limits.perAddressAfterFailures : this.#limits.perAddress);
  }

  fail(nowMs: number): void {
    this.#failures = this.#failuresAt(nowMs) + 1;
    this.#failedMs = nowMs;
  }

  /** Whether nothing would be different if it were forgotten. */
  isIdle(nowMs: number): boolean {
    return this.waiting.length === 0 && this.grants.isIdle(nowMs) && this.#failuresAt(nowMs) === 0;
  }

  #failuresAt(nowMs: number): number {
    return nowMs - this.#failedMs < this.#limits.forgetFailuresMs ? this.#failures : 0;
  }
}

/** The addresses that are remembered, a bounded number. Of IPv6, a /64 is one address. */
export class TurnOwners {
  readonly #limits: TurnLimits;
  /** In the order in which something was last heard of them. */
  readonly #owners = new Map<string, TurnOwner>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#owners.size;
  }

  touch(address: string, nowMs: number): TurnOwner {
    const name = ownerOf(address);
    const owner = this.#owners.get(name) ?? new TurnOwner(this.#limits);
    this.#owners.delete(name);
    this.#forget(nowMs);
    this.#owners.set(name, owner);
    return owner;
  }

  clear(): void {
    this.#owners.clear();
  }

  /** From the front, where those are of whom nothing was heard for longest; two at a time keep up with newcomers. */
  #forget(nowMs: number): void {
    let looks = 2;
    for (const [name, owner] of this.#owners) {
      if (looks-- <= 0) return;
      const full = this.#owners.size >= this.#limits.addresses;
      if (!full && !owner.isIdle(nowMs) && owner.waiting.length === 0) return;
      this.#owners.delete(name);
      if (owner.waiting.length > 0) this.#owners.set(name, owner);
    }
  }
}
