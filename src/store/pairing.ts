import { timingSafeEqual } from "node:crypto";
import type { Generation, Grant, PeerRecord } from "./store.js";

/** How long a token that ended, by its expiry or its last use, is still listed. */
export const ENDED_TOKENS_KEPT_MS = 7 * 24 * 3_600_000;
/** The most tokens kept, ended ones included: those make way first. */
export const MAX_PAIRING_TOKENS = 1_000;
/** The most machines that a token's record names; a token may have let in more. */
export const MAX_TOKEN_USERS = 20;

/** Until when and how often a token is good. */
export interface TokenTerms {
  /** Still good in this very millisecond; absent: for ever. */
  readonly expiresMs?: number;
  /** Absent: without a limit. */
  readonly maxUses?: number;
}

export interface NewPairingToken extends TokenTerms {
  /** SHA-256 of the secret, 32 bytes; the secret itself is kept nowhere. */
  readonly secretHash: Uint8Array;
  /** For the person who made it. */
  readonly label: string;
  readonly createdMs: number;
  readonly createdBy: string;
  /** The one instance id that may pair with it, and whose key it replaces if the hub knows that instance. */
  readonly forInstance?: string;
  /** What a peer that pairs with it gets. */
  readonly grants: readonly Grant[];
}

export interface PairingTokenRecord extends Omit<NewPairingToken, "secretHash"> {
  /** Never given out again. */
  readonly id: number;
  readonly uses: number;
  readonly lastUsedMs?: number;
  /** Instance ids of the machines that paired with it, the newest first, each once; at most {@link MAX_TOKEN_USERS}. */
  readonly usedBy: readonly string[];
}

/** What an unknown machine brings: it has proven to hold the key. */
export interface PairingRequest {
  readonly secretHash: Uint8Array;
  readonly keyid: string;
  readonly instanceId: string;
  readonly generation: Generation;
  readonly atMs: number;
}

/**
 * - `unknown`: no token has this secret
 * - `expired`, `used-up`: the token is not good any more
 * - `other-instance`: the token was made for another instance id
 * - `instance-taken`: a peer with another key has the instance id, and the token was not made for it
 * - `key-known`: the key is a peer's already
 */
export type PairingRefusal = "unknown" | "expired" | "used-up" | "other-instance" | "instance-taken" | "key-known";

export type PairingOutcome =
  /** A peer was added, or one that was removed came back under its key. */
  | { readonly kind: "enrolled"; readonly peer: PeerRecord; readonly token: PairingTokenRecord }
  /** The peer that the token was made for has a new key. */
  | { readonly kind: "replaced"; readonly peer: PeerRecord; readonly token: PairingTokenRecord }
  | { readonly kind: "refused"; readonly reason: PairingRefusal; readonly token?: PairingTokenRecord };

/** A token as it is compared. */
export interface JudgedToken extends TokenTerms {
  readonly secretHash: Uint8Array;
  readonly uses: number;
}

export type TokenVerdict<T> =
  | { readonly token: T; readonly refusal?: "expired" | "used-up" }
  | { readonly token?: never; readonly refusal: "unknown" };

/**
 * Finds the token of a secret and says whether it is still good; of several the first decides. Takes the same time
 * whichever it is: every hash is compared in full.
 */
export function judgeToken<T extends JudgedToken>(
  tokens: readonly T[],
  secretHash: Uint8Array,
  nowMs: number,
): TokenVerdict<T> {
  let token: T | undefined;
  for (const candidate of tokens) {
    const equal = timingSafeEqual(candidate.secretHash, secretHash);
    if (equal && token === undefined) token = candidate;
  }
  if (token === undefined) return { refusal: "unknown" };
  if (isExpired(token, nowMs)) return { token, refusal: "expired" };
  return isUsedUp(token) ? { token, refusal: "used-up" } : { token };
}

export function isExpired({ expiresMs }: TokenTerms, nowMs: number): boolean {
  return expiresMs !== undefined && nowMs > expiresMs;
}

export function isUsedUp({ maxUses, uses }: TokenTerms & { readonly uses: number }): boolean {
  return maxUses !== undefined && uses >= maxUses;
}
