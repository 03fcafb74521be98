import type { Migration } from "../migrate.js";

/** Repos that the hub shares, what peers allow the hub, and what was or is to be sent to them. */
export const pushes: Migration = {
  version: 4,
  sql: `
    CREATE TABLE shared_repos (
      id TEXT PRIMARY KEY,
      guid TEXT NOT NULL UNIQUE,
      sealed_repo BLOB NOT NULL,
      updated_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- As somebody read it on the machine: a Backrest does not tell. Grants are a JSON list as in peers.grants.
    CREATE TABLE host_grants (
      peer_id INTEGER PRIMARY KEY REFERENCES peers (id),
      grants TEXT NOT NULL,
      refused_ms INTEGER
    ) STRICT;

    -- items is a JSON object of ids: nothing secret. AUTOINCREMENT: an id never means another push.
    CREATE TABLE pushes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      shared_repo TEXT,
      items TEXT NOT NULL,
      sealed_change BLOB NOT NULL,
      created_ms INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      state TEXT NOT NULL,
      words TEXT NOT NULL,
      sent_ms INTEGER,
      sent_modno INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      ended_ms INTEGER
    ) STRICT;
    CREATE INDEX pushes_by_peer ON pushes (peer_id, id);
    CREATE INDEX pushes_open ON pushes (id) WHERE ended_ms IS NULL;
  `,
};
