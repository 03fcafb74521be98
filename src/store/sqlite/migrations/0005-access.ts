import type { Migration } from "../migrate.js";

/** Who may call the hub, and who did. */
export const access: Migration = {
  version: 5,
  sql: `
    -- AUTOINCREMENT here and below: sessions, logs and people name things by ids, which must never mean another one.
    CREATE TABLE users (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
      password_hash TEXT NOT NULL,
      epoch INTEGER NOT NULL DEFAULT 0,
      created_ms INTEGER NOT NULL,
      created_by TEXT NOT NULL
    ) STRICT;

    CREATE TABLE access_tokens (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
      secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
      created_ms INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      expires_ms INTEGER,
      last_used_ms INTEGER
    ) STRICT;

    CREATE TABLE ended_sessions (
      session_id TEXT PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ended_sessions_by_user ON ended_sessions (user_id);

    -- One row at most: the key that signs sessions, sealed.
    CREATE TABLE session_key (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sealed BLOB NOT NULL
    ) STRICT;

    -- fold is the same for refusals that are counted as one, and absent for changes.
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CHECK (kind IN ('change', 'refusal')),
      at_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL,
      times INTEGER NOT NULL,
      caller_name TEXT NOT NULL,
      caller_kind TEXT NOT NULL,
      caller_role TEXT NOT NULL,
      address TEXT NOT NULL,
      action TEXT NOT NULL,
      summary TEXT NOT NULL,
      outcome TEXT NOT NULL,
      fold TEXT UNIQUE
    ) STRICT;
    CREATE INDEX audit_by_kind ON audit (kind, id);
    CREATE INDEX audit_by_time ON audit (last_ms);
  `,
};
