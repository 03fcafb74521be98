import { createHmac, randomBytes } from "node:crypto";
import { HubError } from "../errors.js";
import { ownerOf } from "../networks.js";
import type { UserRecord } from "../store/access.js";
import type { Accounts } from "./accounts.js";
import type { PasswordHasher, Standing } from "./password-hasher.js";
import { couldBePassword } from "./password-rules.js";

/** How long a password that was right is not hashed again, and how many of them. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 256;
/** Addresses that are remembered, of IPv6 by /64. */
const MAX_ADDRESSES = 1_000;

/** Counts tries by address. */
export interface Tries {
  /** Counts one, before anything is done for it; false when the address has none left. */
  take(address: string, nowMs: number): boolean;
  /** The last one was no guess. */
  giveBack(address: string): void;
}

export interface PasswordLoginParts {
  readonly accounts: Accounts;
  readonly hasher: PasswordHasher;
  readonly tries: Tries;
  /** A clock that is never set back. */
  readonly monotonicMs: () => number;
}

interface Remembered {
  readonly userId: number;
  readonly epoch: number;
  readonly untilMs: number;
}

/** Checks names and passwords. A wrong name takes as long as a wrong password, and both are told alike. */
export class PasswordLogin {
  readonly #parts: PasswordLoginParts;
  /** What was right, by a hash that only this process can make. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #checking = new Map<string, Promise<UserRecord>>();
  /** Where users logged in, the one of the latest login last. */
  readonly #addresses = new Set<string>();
  readonly #pepper = randomBytes(32);

  constructor(parts: PasswordLoginParts) {
    this.#parts = parts;
  }

  /**
   * @param address where the try comes from, without a port
   * @throws HubError `unauthenticated`, or `resource_exhausted` when there were too many tries
   */
  async check(name: string, password: string, address: string): Promise<UserRecord> {
    const { accounts, hasher } = this.#parts;
    this.take(address);
    const tried = accounts.user(name);
    const right =
      couldBePassword(password) &&
      (await this.#unlessBusy(address, hasher.verify(password, tried?.passwordHash, this.standing(address))));
    // The user may have changed while the password was hashed.
    const user = accounts.user(name);
    const same = user !== undefined && user.id === tried?.id && user.epoch === tried.epoch;
    if (!right || !same) throw wrong(accounts.listUsers().length === 0);
    this.#parts.tries.giveBack(address);
    this.#remember(address);
    return user;
  }

  /** Whether somebody has logged in from there, as far as this process remembers. */
  standing(address: string): Standing {
    return this.#addresses.has(ownerOf(address)) ? "known" : "stranger";
  }

  /** The same for callers that bring their password with every call: what was right a moment ago costs no hash. */
  async checkAgain(name: string, password: string, address: string): Promise<UserRecord> {
    const key = createHmac("sha256", this.#pepper)
      .update(JSON.stringify([name, password]))
      .digest("base64");
    const known = this.#remembered.get(key);
    const user = this.#parts.accounts.user(name);
    if (known !== undefined && user?.id === known.userId && user.epoch === known.epoch) {
      if (this.#parts.monotonicMs() < known.untilMs) return user;
    }
    this.#remembered.delete(key);
    const checking = this.#checking.get(key) ?? this.#checkAndRemember(key, name, password, address);
    return checking;
  }

  async #checkAndRemember(key: string, name: string, password: string, address: string): Promise<UserRecord> {
    const check = this.check(name, password, address);
    this.#checking.set(key, check);
    try {
      const user = await check;
      const [oldest] = this.#remembered.keys();
      if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
      const untilMs = this.#parts.monotonicMs() + REMEMBERED_MS;
      this.#remembered.set(key, { userId: user.id, epoch: user.epoch, untilMs });
      return user;
    } finally {
      this.#checking.delete(key);
    }
  }

  /**
   * Counts work that a stranger asks for like a try.
   * @throws HubError `resource_exhausted`
   */
  take(address: string): void {
    const { tries, monotonicMs } = this.#parts;
    if (tries.take(address, monotonicMs())) return;
    throw new HubError("resource_exhausted", "too many wrong passwords from this address; wait a minute and try again");
  }

  #remember(address: string): void {
    const owner = ownerOf(address);
    this.#addresses.delete(owner);
    this.#addresses.add(owner);
    const [oldest] = this.#addresses;
    if (this.#addresses.size > MAX_ADDRESSES && oldest !== undefined) this.#addresses.delete(oldest);
  }

  /** A try that the hub had no time for is no guess. */
  async #unlessBusy(address: string, work: Promise<boolean>): Promise<boolean> {
    try {
      return await work;
    } catch (error) {
      this.#parts.tries.giveBack(address);
      throw error;
    }
  }
}

function wrong(noUsers: boolean): HubError {
  const hint = noUsers ? "; this hub has no users yet: make one on its machine with `backrest-hub users add`" : "";
  return new HubError("unauthenticated", `the user name or the password is wrong${hint}`);
}
