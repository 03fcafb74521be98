import type { DatabaseSync } from "node:sqlite";
import type { PairingTokenRecord } from "../pairing.js";
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
];

const SELECT = `
  SELECT id, secret_hash, label, created_ms, created_by, expires_ms, max_uses, for_instance, grants, uses, last_used_ms
  FROM pairing_tokens`;

/** A token with the hash that is compared; the hash never leaves the engine. */
export interface StoredToken extends PairingTokenRecord {
  readonly secretHash: Uint8Array;
}

/** Reads pairing tokens, the oldest first. */
export class TokenRows {
  private readonly selectAll: Statement<TokenRow>;
  private readonly selectById: Statement<TokenRow>;

  constructor(db: DatabaseSync) {
    this.selectAll = new Statement(db, `${SELECT} ORDER BY id`);
    this.selectById = new Statement(db, `${SELECT} WHERE id = ?`);
  }

  all(): StoredToken[] {
    return this.selectAll.all().map(toToken);
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
  const [id, secretHash, label, createdMs, createdBy, expiresMs, maxUses, forInstance, grants, uses, lastUsedMs] = row;
  return {
    id: Number(id),
    secretHash,
    label,
    createdMs: Number(createdMs),
    createdBy,
    ...(expiresMs === null ? {} : { expiresMs: Number(expiresMs) }),
    ...(maxUses === null ? {} : { maxUses: Number(maxUses) }),
    ...(forInstance === null ? {} : { forInstance }),
    grants: grantsFromJson(grants),
    uses: Number(uses),
    ...(lastUsedMs === null ? {} : { lastUsedMs: Number(lastUsedMs) }),
  };
}
