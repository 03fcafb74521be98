import type { DatabaseSync } from "node:sqlite";
import { AccessTokens } from "./access-tokens.js";
import { AuditLog } from "./audit-log.js";
import type { WriterRequest } from "./messages.js";
import { Users } from "./users.js";

/** Carries out what the writer thread is asked for about users, access tokens and the audit log. */
export class AccessChanges {
  private readonly users: Users;
  private readonly tokens: AccessTokens;
  private readonly audit: AuditLog;

  constructor(db: DatabaseSync) {
    this.users = new Users(db);
    this.tokens = new AccessTokens(db);
    this.audit = new AuditLog(db);
  }

  handle(request: WriterRequest): unknown {
    switch (request.call) {
      case "addUser":
        return this.users.add(request.input);
      case "removeUser":
        return this.users.removeUser(request.input.name);
      case "setUserRole":
        return this.users.setRole(request.input.name, request.input.role);
      case "setUserPassword":
        return this.users.setPassword(request.input.name, request.input.passwordHash);
      case "addAccessToken":
        return this.tokens.add(request.input);
      case "revokeAccessToken":
        return this.tokens.revoke(request.input.id);
      case "noteTokenUse":
        return this.tokens.noteUse(request.input.id, request.input.atMs);
      case "endSession":
        return this.users.endSession(request.input.session, request.input.nowMs);
      case "saveSessionKey":
        return this.users.saveSessionKey(request.input.sealed);
      case "addAuditEntry":
        return this.audit.add(request.input);
      case "addAuditRefusals":
        return this.audit.addRefusals(request.input);
      default:
        throw new Error(`the writer does not know the call ${request.call}`);
    }
  }
}
