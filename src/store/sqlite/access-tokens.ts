import type { DatabaseSync } from "node:sqlite";
import { type AccessTokenRecord, EXPIRED_TOKENS_KEPT_MS, MAX_ACCESS_TOKENS, type NewAccessToken } from "../access.js";
import { AccessRows } from "./access-rows.js";
import { StoreFault } from "./fault.js";
import { Statement } from "./statement.js";

/** Makes and revokes access tokens, each inside the transaction of its request. */
export class AccessTokens {
  private readonly rows: AccessRows;
  private readonly count: Statement<[bigint]>;
  private readonly namesake: Statement<[name: string]>;
  private readonly insert: Statement<[bigint]>;
  private readonly remove: Statement;
  private readonly forgetExpired: Statement;
  private readonly setUsed: Statement;

  constructor(db: DatabaseSync) {
    this.rows = new AccessRows(db);
    this.count = new Statement(db, "SELECT count(*) FROM access_tokens");
    this.namesake = new Statement(db, "SELECT name FROM access_tokens WHERE name = ?");
    this.insert = new Statement(
      db,
      `INSERT INTO access_tokens (name, role, secret_hash, created_ms, created_by, expires_ms)
       VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    );
    this.remove = new Statement(db, "DELETE FROM access_tokens WHERE id = ?");
    this.forgetExpired = new Statement(db, "DELETE FROM access_tokens WHERE expires_ms < ?");
    this.setUsed = new Statement(db, "UPDATE access_tokens SET last_used_ms = ? WHERE id = ?");
  }

  /** Errors: `already_exists`, `failed_precondition` when there are too many. */
  add({ name, role, secretHash, createdMs, createdBy, expiresMs }: NewAccessToken): AccessTokenRecord {
    this.forgetExpired.run(createdMs - EXPIRED_TOKENS_KEPT_MS);
    const namesake = this.namesake.get(name)?.[0];
    if (namesake !== undefined) {
      throw new StoreFault(
        "already_exists",
        `there is an access token "${namesake}" already; revoke it or choose another name`,
      );
    }
    if (Number(this.count.get()?.[0] ?? 0n) >= MAX_ACCESS_TOKENS) {
      throw new StoreFault(
        "failed_precondition",
        `the hub has ${MAX_ACCESS_TOKENS} access tokens, which is all it keeps; revoke some that nobody needs`,
      );
    }
    const id = this.insert.get(name, role, secretHash, createdMs, createdBy, expiresMs ?? null)?.[0];
    return this.existing(Number(id));
  }

  /** Errors: `not_found`. */
  revoke(id: number): AccessTokenRecord {
    const token = this.existing(id);
    this.remove.run(id);
    return token;
  }

  noteUse(id: number, atMs: number): void {
    this.setUsed.run(atMs, id);
  }

  private existing(id: number): AccessTokenRecord {
    const token = this.rows.token(id);
    if (token === undefined)
      throw new StoreFault("not_found", `no access token has the id ${id}; it was revoked or forgotten`);
    return token;
  }
}
