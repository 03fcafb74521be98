import { HubError } from "../errors.js";
import { GrantWindow } from "./grant-window.js";
import { REAL_CLOCK, TURN_LIMITS, type TurnClock, type TurnLimits } from "./turn-limits.js";
import { type Turn, type TurnOwner, TurnOwners, type WaitingTurn } from "./turn-owners.js";

/**
 * Lets sessions exchange keys at a bounded rate. What exceeds it waits and is not refused, since a refused client stays
 * away for minutes: the addresses take turns, and each one's sessions come in their order. Where too many wait, the
 * address with the most of them gives way.
 */
export class KeyExchangeTurns {
  readonly #limits: TurnLimits;
  readonly #clock: TurnClock;
  readonly #grants = new GrantWindow();
  readonly #owners: TurnOwners;
  /** Those with somebody waiting, in the order of their turns. */
  readonly #queue = new Set<TurnOwner>();
  #waiting = 0;
  /** When {@link #serve} looks at everybody again. */
  #due: { readonly atMs: number; readonly callOff: () => void } | undefined;

  constructor(limits: TurnLimits = TURN_LIMITS, clock: TurnClock = REAL_CLOCK) {
    this.#limits = limits;
    this.#clock = clock;
    this.#owners = new TurnOwners(limits);
  }

  /** The longest that a session waits for its turn, in milliseconds. */
  get longestWaitMs(): number {
    return this.#limits.waitMs;
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
    const owner = this.#owners.touch(address, this.#clock.now());
    if (this.#waiting >= this.#limits.waiting && !this.#makeRoom(owner)) return Promise.reject(tooMany());
    return new Promise<Turn>((resolve, reject) => {
      const leave = () => {
        const at = owner.waiting.indexOf(entry);
        if (at < 0) return;
        this.#remove(owner, at);
        entry.settle(gone());
      };
      const entry: WaitingTurn = {
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
    const nowMs = this.#clock.now();
    this.#owners.touch(address, nowMs).fail(nowMs);
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
  #serveOne(owner: TurnOwner): void {
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
        if (owner.freeAt(nowMs) > nowMs) continue;
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

  #grant(owner: TurnOwner, nowMs: number): void {
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
  #dueAt(owner: TurnOwner, nowMs: number): number {
    const expiresAt = (owner.waiting[0]?.sinceMs ?? nowMs) + this.#limits.waitMs;
    return Math.min(expiresAt, Math.max(this.#grants.freeAt(this.#limits.inAll), owner.freeAt(nowMs)));
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

  /** The address with the most waiting gives up its newest, where the newcomer's has clearly fewer. */
  #makeRoom(newcomer: TurnOwner): boolean {
    let largest = newcomer;
    for (const owner of this.#queue) if (owner.waiting.length > largest.waiting.length) largest = owner;
    if (largest.waiting.length <= newcomer.waiting.length + 1) return false;
    const last = largest.waiting.at(-1);
    this.#remove(largest, largest.waiting.length - 1);
    last?.settle(tooMany());
    return true;
  }

  #remove(owner: TurnOwner, at: number): void {
    owner.waiting.splice(at, 1);
    this.#waiting--;
    if (owner.waiting.length === 0) this.#queue.delete(owner);
    if (this.#waiting === 0) this.#rest();
  }
}

function tooMany(): HubError {
  return new HubError(
    "unavailable",
    "too many machines open their sync with the hub at once; Backrest dials again by itself",
    { refusal: "too-busy" },
  );
}

function stopping(): HubError {
  return new HubError("unavailable", "the hub is stopping; Backrest dials again by itself");
}

function gone(): HubError {
  return new HubError("canceled", "the connection to this Backrest is gone", { level: "debug" });
}
