import type { DatabaseSync } from "node:sqlite";
import {
  type EndedSession,
  MAX_ENDED_SESSIONS,
  MAX_USERS,
  type NewUser,
  type Role,
  type UserRecord,
} from "../access.js";
import { AccessRows } from "./access-rows.js";
import { StoreFault } from "./fault.js";
import { Statement } from "./statement.js";

/** Changes users and what their sessions depend on, each inside the transaction of its request. */
export class Users {
  private readonly rows: AccessRows;
  private readonly count: Statement<[users: bigint, admins: bigint]>;
  private readonly namesake: Statement<[name: string]>;
  private readonly insert: Statement;
  private readonly remove: Statement;
  private readonly setRoleOf: Statement;
  private readonly setHash: Statement;
  private readonly raiseEpoch: Statement;
  private readonly epochOf: Statement<[bigint]>;
  private readonly forgetEnded: Statement;
  private readonly countEnded: Statement<[bigint]>;
  private readonly insertEnded: Statement;
  private readonly removeEndedOf: Statement;
  private readonly replaceKey: Statement;

  constructor(db: DatabaseSync) {
    this.rows = new AccessRows(db);
    this.count = new Statement(db, "SELECT count(*), coalesce(sum(role = 'admin'), 0) FROM users");
    this.namesake = new Statement(db, "SELECT name FROM users WHERE name = ?");
    this.insert = new Statement(
      db,
      "INSERT INTO users (name, role, password_hash, created_ms, created_by) VALUES (?, ?, ?, ?, ?)",
    );
    this.remove = new Statement(db, "DELETE FROM users WHERE id = ?");
    this.setRoleOf = new Statement(db, "UPDATE users SET role = ? WHERE id = ?");
    this.setHash = new Statement(db, "UPDATE users SET password_hash = ? WHERE id = ?");
    this.raiseEpoch = new Statement(db, "UPDATE users SET epoch = epoch + 1 WHERE id = ?");
    this.epochOf = new Statement(db, "SELECT epoch FROM users WHERE id = ?");
    this.forgetEnded = new Statement(db, "DELETE FROM ended_sessions WHERE expires_ms < ?");
    this.countEnded = new Statement(db, "SELECT count(*) FROM ended_sessions WHERE user_id = ?");
    this.insertEnded = new Statement(db, "INSERT OR IGNORE INTO ended_sessions VALUES (?, ?, ?)");
    this.removeEndedOf = new Statement(db, "DELETE FROM ended_sessions WHERE user_id = ?");
    this.replaceKey = new Statement(db, "INSERT OR REPLACE INTO session_key VALUES (1, ?)");
  }

  /** Errors: `already_exists`, `failed_precondition` when there are too many. */
  add({ name, role, passwordHash, createdMs, createdBy }: NewUser): UserRecord {
    const namesake = this.namesake.get(name)?.[0];
    if (namesake !== undefined) throw new StoreFault("already_exists", `there is a user "${namesake}" already`);
    const [users] = this.count.get() ?? [0n, 0n];
    if (users >= BigInt(MAX_USERS)) {
      throw new StoreFault("failed_precondition", `the hub has ${MAX_USERS} users, which is all it keeps; remove some`);
    }
    this.insert.run(name, role, passwordHash, createdMs, createdBy);
    return this.existing(name);
  }

  /** Errors: `not_found`, `failed_precondition` for the last admin among others. */
  removeUser(name: string): UserRecord {
    const user = this.existing(name);
    this.assertNotLastAdmin(user);
    this.remove.run(user.id);
    return user;
  }

  /** Errors: `not_found`, `failed_precondition` for the last admin among others. */
  setRole(name: string, role: Role): UserRecord {
    const user = this.existing(name);
    if (role !== "admin") this.assertNotLastAdmin(user);
    this.setRoleOf.run(role, user.id);
    return { ...user, role };
  }

  /** Errors: `not_found`. */
  setPassword(name: string, passwordHash: string): UserRecord {
    const user = this.existing(name);
    this.setHash.run(passwordHash, user.id);
    this.endAllSessions(user.id);
    return this.existing(name);
  }

  /** Returns the user's epoch; 0 when it is gone. */
  endSession({ sessionId, userId, expiresMs }: EndedSession, nowMs: number): number {
    this.forgetEnded.run(nowMs);
    if (this.epochOf.get(userId) === undefined) return 0;
    if (Number(this.countEnded.get(userId)?.[0] ?? 0n) >= MAX_ENDED_SESSIONS) this.endAllSessions(userId);
    else this.insertEnded.run(sessionId, userId, expiresMs);
    return Number(this.epochOf.get(userId)?.[0] ?? 0n);
  }

  saveSessionKey(sealed: Uint8Array): void {
    this.replaceKey.run(sealed);
  }

  private endAllSessions(userId: number): void {
    this.raiseEpoch.run(userId);
    this.removeEndedOf.run(userId);
  }

  private existing(name: string): UserRecord {
    const user = this.rows.user(name);
    if (user === undefined) throw new StoreFault("not_found", `there is no user "${name}"`);
    return user;
  }

  private assertNotLastAdmin({ name, role }: UserRecord): void {
    const [users, admins] = this.count.get() ?? [0n, 0n];
    if (role !== "admin" || admins > 1n || users === 1n) return;
    throw new StoreFault(
      "failed_precondition",
      `"${name}" is the last admin, and the other users could not manage the hub without one; make another user an admin first`,
    );
  }
}
