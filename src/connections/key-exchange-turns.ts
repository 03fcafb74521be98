import { HubError } from "../errors.js";
import { ownerOf } from "../networks.js";
import { GrantWindow } from "./grant-window.js";

export interface TurnLimits {
  /** Key exchanges a second of one address (of IPv6, a /64). */
  readonly perAddress: number;
  /** The same after `failures` failures. */
  readonly perAddressAfterFailures: number;
  readonly failures: number;
  /** Failures are forgotten when none has come for this long. */
  readonly forgetFailuresMs: number;
  /** Key exchanges a second of all addresses. */
  readonly inAll: number;
  /** Sessions that may wait, and for how long. */
  readonly waiting: number;
  readonly waitMs: number;
  /** How long a session has from its turn until its handshake is there. */
  readonly deadlineMs: number;
  /** Addresses that are remembered. */
  readonly addresses: number;
}

export const TURN_LIMITS: TurnLimits = {
  perAddress: 50,
  perAddressAfterFailures: 1,
  failures: 20,
  forgetFailuresMs: 600_000,
  inAll: 150,
  waiting: 2_000,
  waitMs: 20_000,
  deadlineMs: 10_000,
  addresses: 65_536,
};

export interface TurnClock {
  /** Milliseconds, only ever rising. */
  now(): number;
  /** Runs something later, once, unless it is called off. */
  after(ms: number, run: () => void): () => void;
}

export const REAL_CLOCK: TurnClock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A session's turn to exchange keys. */
export interface Turn {
  /** When, by the clock's time, the session must have shown its handshake. */
  readonly deadlineMs: number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly settle: (outcome: Turn | HubError) => void;
}

/** What is known of one address. */
interface Owner {
  readonly grants: GrantWindow;
  readonly waiting: Waiting[];
  failures: number;
  failedMs: number;
}

/**
 * Lets sessions exchange keys at a bounded rate. What exceeds it waits and is not refused, since a refused client stays
 * away for minutes: the addresses take turns, and each one's sessions come in their order. Where too many wait, the
 * address with the most of them gives way.
 */
export class KeyExchangeTurns {
  readonly #limits: TurnLimits;
  readonly #clock: TurnClock;
  readonly #grants = new GrantWindow();
  /** In the order in which something was last heard of them. */
  readonly #owners = new Map<string, Owner>();
  /** Those with somebody waiting, in the order of their turns. */
  readonly #queue = new Set<Owner>();
  #waiting = 0;
  /** When {@link #serve} looks at everybody again. */
  #due: { readonly atMs: number; readonly callOff: () => void } | undefined;

  constructor(limits: TurnLimits = TURN_LIMITS, clock: TurnClock = REAL_CLOCK) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many addresses are remembered. */
  get addresses(): number {
    return this.#owners.size;
  }

  /**
   * Waits for the turn.
   * @param signal aborts when the session is gone; it loses its place
   * @throws HubError `unavailable` when the wait was too long or too many wait, `canceled` when the session is gone
   */
  take(address: string, signal?: AbortSignal): Promise<Turn> {
    if (signal?.aborted === true) return Promise.reject(gone());
    const owner = this.#touch(address);
    if (this.#waiting >= this.#limits.waiting && !this.#makeRoom(owner)) return Promise.reject(tooMany());
    return new Promise<Turn>((resolve, reject) => {
      const leave = () => {
        const at = owner.waiting.indexOf(entry);
        if (at < 0) return;
        this.#remove(owner, at);
        entry.settle(gone());
      };
      const entry: Waiting = {
        sinceMs: this.#clock.now(),
        settle: (outcome) => {
          signal?.removeEventListener("abort", leave);
          if (outcome instanceof HubError) reject(outcome);
          else resolve(outcome);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      owner.waiting.push(entry);
      this.#waiting++;
      this.#queue.add(owner);
      this.#serveOne(owner);
    });
  }

  /** Counts a wrong signature or a wrong secret, and nothing else, against an address. */
  failed(address: string): void {
    const owner = this.#touch(address);
    owner.failures = this.#failuresOf(owner) + 1;
    owner.failedMs = this.#clock.now();
  }

  /** Nobody gets a turn any more; those who wait are told. */
  close(): void {
    this.#rest();
    for (const owner of this.#queue) {
      for (const { settle } of owner.waiting.splice(0)) settle(stopping());
    }
    this.#queue.clear();
    this.#owners.clear();
    this.#waiting = 0;
  }

  /** A newcomer: whoever could go before it has gone, so that the others need no look. */
  #serveOne(owner: Owner): void {
    const nowMs = this.#clock.now();
    if (this.#due !== undefined && this.#due.atMs <= nowMs) return this.#serve();
    const atMs = this.#dueAt(owner, nowMs);
    if (atMs <= nowMs) this.#grant(owner, nowMs);
    else this.#arm(atMs, nowMs);
  }

  /** Grants what may be granted now, ends what waited too long, and looks again when something is due. */
  #serve(): void {
    const nowMs = this.#clock.now();
    this.#expire(nowMs);
    let granted = true;
    while (granted && this.#grants.freeAt(this.#limits.inAll) <= nowMs) {
      granted = false;
      for (const owner of this.#queue) {
        if (this.#freeAt(owner) > nowMs) continue;
        this.#grant(owner, nowMs);
        granted = true;
        break;
      }
    }
    this.#rest();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const owner of this.#queue) nextMs = Math.min(nextMs, this.#dueAt(owner, nowMs));
    if (nextMs !== Number.POSITIVE_INFINITY) this.#arm(nextMs, nowMs);
  }

  #grant(owner: Owner, nowMs: number): void {
    const [next] = owner.waiting;
    if (next === undefined) return;
    this.#remove(owner, 0);
    if (owner.waiting.length > 0) {
      // Behind all others: the next turn is theirs.
      this.#queue.delete(owner);
      this.#queue.add(owner);
    }
    owner.grants.grant(nowMs);
    this.#grants.grant(nowMs);
    next.settle({ deadlineMs: nowMs + this.#limits.deadlineMs });
  }

  #expire(nowMs: number): void {
    for (const owner of this.#queue) {
      let [oldest] = owner.waiting;
      while (oldest !== undefined && oldest.sinceMs + this.#limits.waitMs <= nowMs) {
        this.#remove(owner, 0);
        oldest.settle(tooMany());
        [oldest] = owner.waiting;
      }
    }
  }

  /** When there is something to do for one of the address's sessions: to grant its turn or to end its wait. */
  #dueAt(owner: Owner, nowMs: number): number {
    const expiresAt = (owner.waiting[0]?.sinceMs ?? nowMs) + this.#limits.waitMs;
    return Math.min(expiresAt, Math.max(this.#grants.freeAt(this.#limits.inAll), this.#freeAt(owner)));
  }

  #arm(atMs: number, nowMs: number): void {
    if (this.#due !== undefined && this.#due.atMs <= atMs) return;
    this.#rest();
    const callOff = this.#clock.after(Math.max(1, Math.ceil(atMs - nowMs)), () => {
      this.#due = undefined;
      this.#serve();
    });
    this.#due = { atMs, callOff };
  }

  #rest(): void {
    this.#due?.callOff();
    this.#due = undefined;
  }

  #freeAt(owner: Owner): number {
    const slow = this.#failuresOf(owner) >= this.#limits.failures;
    return owner.grants.freeAt(slow ? this.#limits.perAddressAfterFailures : this.#limits.perAddress);
  }

  #failuresOf(owner: Owner): number {
    return this.#clock.now() - owner.failedMs < this.#limits.forgetFailuresMs ? owner.failures : 0;
  }

  /** The address with the most waiting gives up its newest, where the newcomer's has clearly fewer. */
  #makeRoom(newcomer: Owner): boolean {
    let largest = newcomer;
    for (const owner of this.#queue) if (owner.waiting.length > largest.waiting.length) largest = owner;
    if (largest.waiting.length <= newcomer.waiting.length + 1) return false;
    const last = largest.waiting.at(-1);
    this.#remove(largest, largest.waiting.length - 1);
    last?.settle(tooMany());
    return true;
  }

  #remove(owner: Owner, at: number): void {
    owner.waiting.splice(at, 1);
    this.#waiting--;
    if (owner.waiting.length === 0) this.#queue.delete(owner);
    if (this.#waiting === 0) this.#rest();
  }

  #touch(address: string): Owner {
    const name = ownerOf(address);
    const owner = this.#owners.get(name) ?? { grants: new GrantWindow(), waiting: [], failures: 0, failedMs: 0 };
    this.#owners.delete(name);
    this.#forget();
    this.#owners.set(name, owner);
    return owner;
  }

  /** From the front, where those are of whom nothing was heard for longest; two at a time keep up with newcomers. */
  #forget(): void {
    const nowMs = this.#clock.now();
    let looks = 2;
    for (const [name, owner] of this.#owners) {
      if (looks-- <= 0) return;
      const full = this.#owners.size >= this.#limits.addresses;
      if (!full && (!owner.grants.isIdle(nowMs) || this.#failuresOf(owner) > 0)) return;
      this.#owners.delete(name);
      if (owner.waiting.length > 0) this.#owners.set(name, owner);
    }
  }
}

function tooMany(): HubError {
  return new HubError(
    "unavailable",
    "too many machines open their sync with the hub at once; Backrest dials again by itself",
  );
}

function stopping(): HubError {
  return new HubError("unavailable", "the hub is stopping; Backrest dials again by itself");
}

function gone(): HubError {
  return new HubError("canceled", "the connection to this Backrest is gone", { level: "debug" });
}
