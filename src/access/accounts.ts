import { createHash, randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { HubError } from "../errors.js";
import {
  type AccessRecords,
  type AccessStore,
  type AccessTokenRecord,
  type EndedSession,
  EXPIRED_TOKENS_KEPT_MS,
  type Role,
  type UserRecord,
} from "../store/access.js";
import type { UserSession } from "./caller.js";
import { assertName, assertPassword } from "./password-rules.js";
import type { PasswordHasher } from "./password-hasher.js";
import type { Sealer } from "./sealing.js";

/** Marks a text as an access token of a hub, also for programs that look for leaked ones. */
export const TOKEN_PREFIX = "bhat_";
/** How exact the last use of a token is. */
const USE_NOTED_EVERY_MS = 5 * 60_000;
const MAX_TTL_MS = 100 * 365 * 24 * 3_600_000;
const SESSION_KEY_BYTES = 64;

export interface AccountsParts {
  readonly store: AccessStore;
  readonly hasher: PasswordHasher;
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface NewTokenWishes {
  readonly name: string;
  readonly role: Role;
  /** 0: until it is revoked. */
  readonly ttlMs: number;
  readonly createdBy: string;
}

/**
 * Users and access tokens: kept in the store, and all of them in memory, so that no call waits for the disk to learn
 * who makes it. Memory follows each change once it is stored, in the order in which the store made them.
 */
export class Accounts {
  readonly #parts: AccountsParts;
  readonly #listeners = new Set<() => void>();
  readonly #users: Map<string, UserRecord>;
  /** By the hash of their texts, in hex. */
  readonly #tokens: Map<string, AccessTokenRecord>;
  readonly #ended: Map<string, EndedSession>;
  /** Signs sessions. */
  readonly sessionKey: Uint8Array;

  private constructor(parts: AccountsParts, { users, tokens, endedSessions }: AccessRecords, sessionKey: Uint8Array) {
    this.#parts = parts;
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#tokens = new Map(tokens.map((token) => [keyOf(token), token]));
    this.#ended = new Map(endedSessions.map((session) => [session.sessionId, session]));
    this.sessionKey = sessionKey;
  }

  static async load(parts: AccountsParts): Promise<Accounts> {
    const records = await parts.store.readAccess();
    return new Accounts(parts, records, await openSessionKey(parts, records.sealedSessionKey));
  }

  /** By name. */
  listUsers(): UserRecord[] {
    return [...this.#users.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The newest first; what expired is among them for a while. */
  listTokens(): AccessTokenRecord[] {
    const since = this.#parts.now() - EXPIRED_TOKENS_KEPT_MS;
    const tokens = [...this.#tokens.values()].filter(({ expiresMs }) => expiresMs === undefined || expiresMs >= since);
    return tokens.toSorted((a, b) => b.id - a.id);
  }

  user(name: string): UserRecord | undefined {
    return this.#users.get(name);
  }

  /** The token with this text, its time over or not. */
  token(text: string): AccessTokenRecord | undefined {
    return this.#tokens.get(digest(text).toString("hex"));
  }

  isEnded(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /** Tells of every change after it is stored; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws HubError `invalid_argument`, `already_exists`, `failed_precondition` */
  async addUser(name: string, role: Role, password: string, createdBy: string): Promise<UserRecord> {
    const { store, hasher, now } = this.#parts;
    assertName("a user", name);
    assertPassword(password);
    const passwordHash = await hasher.hash(password, "known");
    return this.#keep(await store.addUser({ name, role, passwordHash, createdMs: now(), createdBy }));
  }

  /** @throws HubError `not_found`, `failed_precondition` */
  async removeUser(name: string): Promise<UserRecord> {
    const user = await this.#parts.store.removeUser(name);
    this.#users.delete(name);
    this.#tell();
    return user;
  }

  /** @throws HubError `not_found`, `failed_precondition` */
  async setRole(name: string, role: Role): Promise<UserRecord> {
    return this.#keep(await this.#parts.store.setUserRole(name, role));
  }

  /** @throws HubError `invalid_argument`, `not_found` */
  async setPassword(name: string, password: string): Promise<UserRecord> {
    assertPassword(password);
    const passwordHash = await this.#parts.hasher.hash(password, "known");
    return this.#keep(await this.#parts.store.setUserPassword(name, passwordHash));
  }

  /**
   * Makes a token and gives its text, this once.
   * @throws HubError `invalid_argument`, `already_exists`, `failed_precondition`
   */
  async addToken({
    name,
    role,
    ttlMs,
    createdBy,
  }: NewTokenWishes): Promise<{ token: AccessTokenRecord; text: string }> {
    const { store, now } = this.#parts;
    assertName("an access token", name);
    if (!(ttlMs >= 0 && ttlMs <= MAX_TTL_MS)) {
      throw new HubError(
        "invalid_argument",
        `a token cannot be good for ${ttlMs / 1000} s; give a time up to 100 years, or 0 for no end`,
      );
    }
    const text = TOKEN_PREFIX + randomBytes(32).toString("base64url");
    const createdMs = now();
    const expires = ttlMs === 0 ? {} : { expiresMs: Math.ceil(createdMs + ttlMs) };
    const stored = { name, role, secretHash: digest(text), createdMs, createdBy, ...expires };
    const token = await store.addAccessToken(stored);
    const forgotten = createdMs - EXPIRED_TOKENS_KEPT_MS;
    for (const [key, { expiresMs }] of this.#tokens) if ((expiresMs ?? Infinity) < forgotten) this.#tokens.delete(key);
    this.#tokens.set(keyOf(token), token);
    return { token, text };
  }

  /** @throws HubError `not_found` */
  async revokeToken(id: number): Promise<AccessTokenRecord> {
    const token = await this.#parts.store.revokeAccessToken(id);
    this.#tokens.delete(keyOf(token));
    this.#tell();
    return token;
  }

  async endSession({ sessionId, userId, expiresMs }: UserSession): Promise<void> {
    const nowMs = this.#parts.now();
    const ended = { sessionId, userId, expiresMs };
    const epoch = await this.#parts.store.endSession(ended, nowMs);
    for (const [id, other] of this.#ended) if (other.expiresMs < nowMs) this.#ended.delete(id);
    const user = [...this.#users.values()].find(({ id }) => id === userId);
    if (user !== undefined && user.epoch !== epoch) this.#forgetSessions({ ...user, epoch });
    else if (user !== undefined) this.#ended.set(sessionId, ended);
    this.#tell();
  }

  /** Notes that a token is used: coarsely, so that calls cost no writes. */
  used(token: AccessTokenRecord, nowMs: number): void {
    if (nowMs - (token.lastUsedMs ?? 0) < USE_NOTED_EVERY_MS) return;
    this.#tokens.set(keyOf(token), { ...token, lastUsedMs: nowMs });
    const { store, logger } = this.#parts;
    store
      .noteTokenUse(token.id, nowMs)
      .catch((error: unknown) => logger.warn({ err: error }, "could not note the use of an access token"));
  }

  #keep(user: UserRecord): UserRecord {
    const before = this.#users.get(user.name);
    if (before !== undefined && before.epoch !== user.epoch) this.#forgetSessions(user);
    this.#users.set(user.name, user);
    this.#tell();
    return user;
  }

  /** All sessions of the user are over by its new epoch. */
  #forgetSessions(user: UserRecord): void {
    this.#users.set(user.name, user);
    for (const [id, { userId }] of this.#ended) if (userId === user.id) this.#ended.delete(id);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ secretHash }: Pick<AccessTokenRecord, "secretHash">): string {
  return Buffer.from(secretHash).toString("hex");
}

/** What a token's text is looked up by. A random text of 256 bits needs no slow hash. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** A key that does not open (the sealing key was lost) is replaced: that costs everybody a login. */
async function openSessionKey(
  { store, sealer, logger }: AccountsParts,
  sealed: Uint8Array | undefined,
): Promise<Uint8Array> {
  if (sealed !== undefined) {
    try {
      return sealer.open(sealed);
    } catch (error) {
      logger.warn(
        { err: error },
        "the key that signs sessions does not open; made a new one, users have to log in again",
      );
    }
  }
  const key = randomBytes(SESSION_KEY_BYTES);
  await store.saveSessionKey(sealer.seal(key));
  return key;
}
