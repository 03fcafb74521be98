import type { DatabaseSync } from "node:sqlite";
import type { AccessRecords, AccessTokenRecord, EndedSession, Role, UserRecord } from "../access.js";
import { Statement } from "./statement.js";

type UserRow = [
  id: bigint,
  name: string,
  role: Role,
  passwordHash: string,
  epoch: bigint,
  createdMs: bigint,
  createdBy: string,
];
type TokenRow = [
  id: bigint,
  name: string,
  role: Role,
  secretHash: Uint8Array<ArrayBuffer>,
  createdMs: bigint,
  createdBy: string,
  expiresMs: bigint | null,
  lastUsedMs: bigint | null,
];

const SELECT_USERS = "SELECT id, name, role, password_hash, epoch, created_ms, created_by FROM users";
const SELECT_TOKENS = `
  SELECT id, name, role, secret_hash, created_ms, created_by, expires_ms, last_used_ms FROM access_tokens`;

/** Reads users, access tokens and what else decides who may call. */
export class AccessRows {
  private readonly selectUsers: Statement<UserRow>;
  private readonly selectUser: Statement<UserRow>;
  private readonly selectTokens: Statement<TokenRow>;
  private readonly selectToken: Statement<TokenRow>;
  private readonly selectEnded: Statement<[sessionId: string, userId: bigint, expiresMs: bigint]>;
  private readonly selectKey: Statement<[sealed: Uint8Array<ArrayBuffer>]>;

  constructor(db: DatabaseSync) {
    this.selectUsers = new Statement(db, `${SELECT_USERS} ORDER BY name`);
    this.selectUser = new Statement(db, `${SELECT_USERS} WHERE name = ? COLLATE BINARY`);
    this.selectTokens = new Statement(db, `${SELECT_TOKENS} ORDER BY id DESC`);
    this.selectToken = new Statement(db, `${SELECT_TOKENS} WHERE id = ?`);
    this.selectEnded = new Statement(db, "SELECT session_id, user_id, expires_ms FROM ended_sessions");
    this.selectKey = new Statement(db, "SELECT sealed FROM session_key");
  }

  all(): AccessRecords {
    const sealed = this.selectKey.get()?.[0];
    return {
      users: this.selectUsers.all().map(toUser),
      tokens: this.selectTokens.all().map(toToken),
      endedSessions: this.selectEnded.all().map(
        ([sessionId, userId, expiresMs]): EndedSession => ({
          sessionId,
          userId: Number(userId),
          expiresMs: Number(expiresMs),
        }),
      ),
      ...(sealed === undefined ? {} : { sealedSessionKey: sealed }),
    };
  }

  /** By its exact name. */
  user(name: string): UserRecord | undefined {
    const row = this.selectUser.get(name);
    return row === undefined ? undefined : toUser(row);
  }

  token(id: number): AccessTokenRecord | undefined {
    const row = this.selectToken.get(id);
    return row === undefined ? undefined : toToken(row);
  }
}

function toUser([id, name, role, passwordHash, epoch, createdMs, createdBy]: UserRow): UserRecord {
  return { id: Number(id), name, role, passwordHash, epoch: Number(epoch), createdMs: Number(createdMs), createdBy };
}

function toToken(row: TokenRow): AccessTokenRecord {
  const [id, name, role, secretHash, createdMs, createdBy, expiresMs, lastUsedMs] = row;
  return {
    id: Number(id),
    name,
    role,
    secretHash,
    createdMs: Number(createdMs),
    createdBy,
    ...(expiresMs === null ? {} : { expiresMs: Number(expiresMs) }),
    ...(lastUsedMs === null ? {} : { lastUsedMs: Number(lastUsedMs) }),
  };
}
