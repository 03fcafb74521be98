import { createHash, randomBytes } from "node:crypto";
import type { HubError } from "../errors.js";
import { assertFitsToken, formatPairingToken } from "../fleet/pairing-token.js";
import {
  ENDED_TOKENS_KEPT_MS,
  isExpired,
  isUsedUp,
  type PairingOutcome as StoredOutcome,
  type PairingRefusal,
  type PairingTokenRecord,
} from "../store/pairing.js";
import type { Generation, PeerRecord, Store } from "../store/store.js";
import type { GuessLimit } from "./guess-limit.js";
import { pairingRefusal } from "./pairing-words.js";
import { checkWishes, DEFAULT_MAX_USES, DEFAULT_TTL_MS, type TokenWishes } from "./token-wishes.js";

/** The longest secret that is looked at; the hub's own have 64 characters. */
const MAX_SECRET_LENGTH = 1_024;

export interface PairingParts {
  readonly store: Pick<Store, "addPairingToken" | "listPairingTokens" | "revokePairingToken" | "pair">;
  readonly guesses: GuessLimit;
  /** The hub's own ids; `keyid` is the one that tokens carry, of the generation that pairs. */
  readonly own: { readonly instanceId: string; readonly keyid: string };
  /** Wall clock. */
  readonly now: () => number;
  /** A clock that is never set back, for the limit on guesses. */
  readonly monotonicMs: () => number;
  /** Told of a machine that paired, after it is stored. */
  readonly onPaired: (paired: Paired) => void;
}

/** A token at the one moment when its secret is known. */
export interface NewToken {
  readonly token: PairingTokenRecord;
  /** As Backrest takes it, the secret inside. */
  readonly text: string;
}

/** An unknown machine that has proven its key in full and brings a secret. */
export interface PairingAttempt {
  readonly secret: string;
  readonly keyid: string;
  readonly instanceId: string;
  readonly generation: Generation;
  /** Where it calls from, without a port. */
  readonly address: string;
}

export interface Paired {
  /** `replaced`: a peer that the hub knew has this machine's key now. */
  readonly kind: "enrolled" | "replaced";
  readonly peer: PeerRecord;
  readonly token: PairingTokenRecord;
}

export interface Refused {
  readonly kind: "refused";
  /** `key-known`: look the key up again; another session of the same machine may just have paired. */
  readonly reason: PairingRefusal | "too-many-tries";
  /** In words for the machine's operator. */
  readonly error: HubError;
}

export type PairingOutcome = Paired | Refused;

/** Tokens with which machines let themselves in. A secret is known here only while it is made or tried. */
export class Pairing {
  readonly #parts: PairingParts;

  constructor(parts: PairingParts) {
    this.#parts = parts;
  }

  /** @throws HubError `invalid_argument` or `failed_precondition` */
  async create(wishes: TokenWishes): Promise<NewToken> {
    const { own, store, now } = this.#parts;
    assertFitsToken(own.instanceId);
    checkWishes(wishes, own.instanceId);
    const { label, createdBy, ttlMs = DEFAULT_TTL_MS, maxUses = DEFAULT_MAX_USES, forInstance, grants } = wishes;
    const secret = randomBytes(32).toString("hex");
    const createdMs = now();
    const token = await store.addPairingToken({
      secretHash: hashOf(secret),
      label,
      createdMs,
      createdBy,
      ...(ttlMs === 0 ? {} : { expiresMs: Math.ceil(createdMs + ttlMs) }),
      ...(maxUses === 0 ? {} : { maxUses }),
      ...(forInstance === undefined ? {} : { forInstance }),
      grants: grants.map(({ type, scopes }) => ({ type, scopes })),
    });
    return { token, text: formatPairingToken({ keyid: own.keyid, secret, instanceId: own.instanceId }) };
  }

  /** The newest first. Tokens that ended are among them for a week. */
  async list(): Promise<PairingTokenRecord[]> {
    const since = this.#parts.now() - ENDED_TOKENS_KEPT_MS;
    const tokens = await this.#parts.store.listPairingTokens();
    return tokens.filter((token) => !endedBefore(token, since)).reverse();
  }

  /** @throws HubError `not_found` */
  revoke(id: number): Promise<PairingTokenRecord> {
    return this.#parts.store.revokePairingToken(id);
  }

  /**
   * Lets a machine in that brings a token's secret; durable when it resolves. To be asked once the machine has proven
   * its key and that key is not a peer's current one. Rejects only when the store fails.
   */
  async attempt(attempt: PairingAttempt): Promise<PairingOutcome> {
    const { secret, keyid, instanceId, generation, address } = attempt;
    const { guesses, monotonicMs, now, own, store } = this.#parts;
    if (!guesses.take(address, monotonicMs())) return refused("too-many-tries", attempt);
    if (secret === "" || secret.length > MAX_SECRET_LENGTH) return refused("unknown", attempt);
    if (instanceId === own.instanceId) return refused("instance-taken", attempt);
    const outcome = await store.pair({ secretHash: hashOf(secret), keyid, instanceId, generation, atMs: now() });
    if (outcome.kind === "refused") return refused(outcome.reason, attempt, outcome);
    guesses.giveBack(address);
    this.#parts.onPaired(outcome);
    return outcome;
  }
}

/** What a token's text is compared by. A random secret of 256 bits needs no slow hash. */
function hashOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

function refused(
  reason: Refused["reason"],
  attempt: PairingAttempt,
  outcome?: Extract<StoredOutcome, { kind: "refused" }>,
): Refused {
  return { kind: "refused", reason, error: pairingRefusal(reason, attempt.instanceId, outcome?.token) };
}

function endedBefore(token: PairingTokenRecord, sinceMs: number): boolean {
  return isUsedUp(token) ? (token.lastUsedMs ?? token.createdMs) < sinceMs : isExpired(token, sinceMs);
}
