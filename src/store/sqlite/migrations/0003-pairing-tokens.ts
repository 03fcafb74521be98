import type { Migration } from "../migrate.js";

/** Tokens that let machines in, and what each peer may do (absent where nobody said so). */
export const pairingTokens: Migration = {
  version: 3,
  sql: `
    -- AUTOINCREMENT: an id that was revoked must never mean another token.
    -- Grants are a JSON list of { type, scopes }, the type by its number.
    CREATE TABLE pairing_tokens (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
      label TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      expires_ms INTEGER,
      max_uses INTEGER,
      for_instance TEXT,
      grants TEXT NOT NULL,
      uses INTEGER NOT NULL DEFAULT 0,
      last_used_ms INTEGER
    ) STRICT;

    ALTER TABLE peers ADD COLUMN grants TEXT;
  `,
};
