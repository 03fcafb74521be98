/** What a caller may do; each may do what the one before it may. */
export type Role = "viewer" | "operator" | "admin";

/** The most users, and the most access tokens, expired ones included. */
export const MAX_USERS = 1_000;
export const MAX_ACCESS_TOKENS = 1_000;
/** How long an access token that expired is still listed. */
export const EXPIRED_TOKENS_KEPT_MS = 30 * 24 * 3_600_000;
/** Ended sessions of one user that are remembered; with one more all of its sessions end. */
export const MAX_ENDED_SESSIONS = 100;
/** How many changes the audit log keeps, and how many refusals, which make no room for each other. */
export const MAX_AUDIT_CHANGES = 50_000;
export const MAX_AUDIT_REFUSALS = 2_000;
/** How long the audit log keeps anything. */
export const AUDIT_KEPT_MS = 2 * 365 * 24 * 3_600_000;

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  /** As `PasswordHasher` writes it; the password itself is kept nowhere. */
  readonly passwordHash: string;
  readonly createdMs: number;
  readonly createdBy: string;
}

export interface UserRecord extends NewUser {
  /** Never given out again. */
  readonly id: number;
  /** Rises with every change of the password; sessions that began under a lower one are over. */
  readonly epoch: number;
}

export interface NewAccessToken {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token's text, 32 bytes; the text itself is kept nowhere. */
  readonly secretHash: Uint8Array;
  readonly createdMs: number;
  readonly createdBy: string;
  /** Still good in this very millisecond; absent: until it is revoked. */
  readonly expiresMs?: number;
}

export interface AccessTokenRecord extends NewAccessToken {
  /** Never given out again. */
  readonly id: number;
  readonly lastUsedMs?: number;
}

/** A session that its user ended before its time. */
export interface EndedSession {
  readonly sessionId: string;
  readonly userId: number;
  /** When it would have ended by itself and need not be remembered any more. */
  readonly expiresMs: number;
}

/** All that decides who may call. */
export interface AccessRecords {
  readonly users: readonly UserRecord[];
  readonly tokens: readonly AccessTokenRecord[];
  readonly endedSessions: readonly EndedSession[];
  /** The key that signs sessions, sealed; absent before the first. */
  readonly sealedSessionKey?: Uint8Array;
}

export interface AuditEntry {
  readonly atMs: number;
  /** `change`: somebody did, or tried, what they may; `refusal`: somebody was not let in, or may not do it. */
  readonly kind: "change" | "refusal";
  readonly callerName: string;
  /** Empty where nobody knows who called. */
  readonly callerKind: string;
  readonly callerRole: Role | "";
  readonly address: string;
  /** The rpc, as `hub.v1.PeersService/RemovePeer`. */
  readonly action: string;
  readonly summary: string;
  /** `ok` or the code of the error. */
  readonly outcome: string;
}

/** The same refusal several times. */
export interface AuditRefusal extends AuditEntry {
  readonly kind: "refusal";
  readonly lastMs: number;
  readonly times: number;
}

export interface AuditRecord extends AuditEntry {
  readonly id: number;
  readonly lastMs: number;
  readonly times: number;
}

/** Fields are ANDed; an absent one matches everything. */
export interface AuditQuery {
  readonly callerName?: string;
  /** The whole rpc, or what stands behind its last `/`. */
  readonly action?: string;
  readonly sinceMs?: number;
  readonly failuresOnly?: boolean;
  readonly limit: number;
}

/**
 * Who may call, and who did. All that changes here but {@link noteTokenUse} and {@link addAuditRefusals} is committed so
 * that a power cut cannot take it back.
 */
export interface AccessStore {
  readAccess(): Promise<AccessRecords>;
  /** Errors: `already_exists` when only the case of letters differs from a user's name; `failed_precondition` when full. */
  addUser(user: NewUser): Promise<UserRecord>;
  /** Gives the user back as it was. Errors: `not_found`; `failed_precondition` for the last admin among others. */
  removeUser(name: string): Promise<UserRecord>;
  /** Errors as for {@link removeUser}. */
  setUserRole(name: string, role: Role): Promise<UserRecord>;
  /** Ends the user's sessions. Errors: `not_found`. */
  setUserPassword(name: string, passwordHash: string): Promise<UserRecord>;
  /** Errors: `already_exists`, `failed_precondition` when full. Forgets what expired more than 30 days ago. */
  addAccessToken(token: NewAccessToken): Promise<AccessTokenRecord>;
  /** Gives the token back as it was. Errors: `not_found`. */
  revokeAccessToken(id: number): Promise<AccessTokenRecord>;
  /** A token that is gone is passed over. */
  noteTokenUse(id: number, atMs: number): Promise<void>;
  /**
   * Remembers that a session is over, and forgets those that would be over by themselves. Resolves with the user's epoch,
   * which rises where too many would be remembered; 0 when the user is gone.
   */
  endSession(session: EndedSession, nowMs: number): Promise<number>;
  saveSessionKey(sealed: Uint8Array): Promise<void>;
  /** Appends to the audit log; the oldest of its kind make way. */
  addAuditEntry(entry: AuditEntry): Promise<void>;
  /** Counts refusals that are alike on the same day as one. */
  addAuditRefusals(refusals: readonly AuditRefusal[]): Promise<void>;
  /** The newest first. */
  listAudit(query: AuditQuery): Promise<AuditRecord[]>;
}
