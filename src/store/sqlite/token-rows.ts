import type { DatabaseSync } from "node:sqlite";
import type { JudgedToken, PairingTokenRecord, TokenTerms } from "../pairing.js";
import { grantsFromJson } from "./grants-json.js";
import { Statement } from "./statement.js";

type TokenRow = [
  id: bigint,
  secretHash: Uint8Array<ArrayBuffer>,
  label: string,
  createdMs: bigint,
  createdBy: string,
  expiresMs: bigint | null,
  maxUses: bigint | null,
  forInstance: string | null,
  grants: string,
  uses: bigint,
  lastUsedMs: bigint | null,
  usedBy: string,
];

type JudgedRow = [
  id: bigint,
  secretHash: Uint8Array<ArrayBuffer>,
  expiresMs: bigint | null,
  maxUses: bigint | null,
  uses: bigint,
];

const SELECT = `
  SELECT id, secret_hash, label, created_ms, created_by, expires_ms, max_uses, for_instance, grants, uses, last_used_ms,
    used_by
  FROM pairing_tokens`;

/** A token with the hash that is compared; the hash never leaves the engine. */
export interface StoredToken extends PairingTokenRecord {
  readonly secretHash: Uint8Array;
}

/** What a verdict needs of a token, so that a guess at a secret does not read all that is kept of every token. */
export interface TokenToJudge extends JudgedToken {
  readonly id: number;
}

/** Reads pairing tokens, the oldest first. */
export class TokenRows {
  private readonly selectAll: Statement<TokenRow>;
  private readonly selectById: Statement<TokenRow>;
  private readonly selectToJudge: Statement<JudgedRow>;

  constructor(db: DatabaseSync) {
    this.selectAll = new Statement(db, `${SELECT} ORDER BY id`);
    this.selectById = new Statement(db, `${SELECT} WHERE id = ?`);
    this.selectToJudge = new Statement(
      db,
      "SELECT id, secret_hash, expires_ms, max_uses, uses FROM pairing_tokens ORDER BY id",
    );
  }

  all(): StoredToken[] {
    return this.selectAll.all().map(toToken);
  }

  toJudge(): TokenToJudge[] {
    return this.selectToJudge.all().map(([id, secretHash, expiresMs, maxUses, uses]) => ({
      id: Number(id),
      secretHash,
      uses: Number(uses),
      ...termsOf(expiresMs, maxUses),
    }));
  }

  byId(id: number): StoredToken | undefined {
    const row = this.selectById.get(id);
    return row === undefined ? undefined : toToken(row);
  }
}

/** The token as it may be seen. */
export function withoutHash(stored: StoredToken): PairingTokenRecord {
  const { secretHash: _, ...token } = stored;
  return token;
}

function toToken(row: TokenRow): StoredToken {
  const [
    id,
    secretHash,
    label,
    createdMs,
    createdBy,
    expiresMs,
    maxUses,
    forInstance,
    grants,
    uses,
    lastUsedMs,
    usedBy,
  ] = row;
  return {
    id: Number(id),
    secretHash,
    label,
    createdMs: Number(createdMs),
    createdBy,
    ...termsOf(expiresMs, maxUses),
    ...(forInstance === null ? {} : { forInstance }),
    grants: grantsFromJson(grants),
    uses: Number(uses),
    ...(lastUsedMs === null ? {} : { lastUsedMs: Number(lastUsedMs) }),
    usedBy: usersFromJson(usedBy),
  };
}

function usersFromJson(text: string): string[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "string") : [];
}

function termsOf(expiresMs: bigint | null, maxUses: bigint | null): TokenTerms {
  return {
    ...(expiresMs === null ? {} : { expiresMs: Number(expiresMs) }),
    ...(maxUses === null ? {} : { maxUses: Number(maxUses) }),
  };
}
