import type { Migration } from "../migrate.js";

/**
 * The first schema. Every index is written at its end by an operation that is new, so that a new row costs the same in
 * a large database as in an empty one; what no query needs to be fast has no index.
 */
export const peersAndOperations: Migration = {
  version: 1,
  sql: `
    CREATE TABLE meta (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('last_operation_id', 0), ('last_change', 0), ('last_probe_ms', 0);

    CREATE TABLE peers (
      id INTEGER PRIMARY KEY,
      instance_id TEXT NOT NULL,
      added_ms INTEGER NOT NULL,
      removed_ms INTEGER,
      last_seen_ms INTEGER,
      last_heartbeat_ms INTEGER,
      last_full_pass_ms INTEGER,
      capabilities TEXT,
      clear_text INTEGER,
      mark_modno INTEGER,
      mark_original_id INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX peers_by_instance ON peers (instance_id) WHERE removed_ms IS NULL;

    -- Large and seldom written, so kept out of the row that every session writes.
    CREATE TABLE peer_documents (
      peer_id INTEGER PRIMARY KEY REFERENCES peers (id),
      resources BLOB,
      sealed_config BLOB
    ) STRICT;

    -- What each commit moves; removed counts rows, poison counts skipped operations.
    CREATE TABLE peer_counts (
      peer_id INTEGER PRIMARY KEY REFERENCES peers (id),
      live INTEGER NOT NULL DEFAULT 0,
      removed INTEGER NOT NULL DEFAULT 0,
      poison INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE peer_keys (
      id INTEGER PRIMARY KEY,
      keyid TEXT NOT NULL UNIQUE,
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      generation TEXT NOT NULL CHECK (generation IN ('seed', 'current')),
      added_ms INTEGER NOT NULL,
      is_current INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX peer_keys_current ON peer_keys (peer_id) WHERE is_current = 1;
    CREATE INDEX peer_keys_by_peer ON peer_keys (peer_id);

    -- newest_ms is not below the start of any operation of the group, so that reads of the newest pass over most groups.
    CREATE TABLE op_groups (
      id INTEGER PRIMARY KEY,
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      instance_id TEXT NOT NULL,
      repo_guid TEXT NOT NULL,
      repo_id TEXT NOT NULL,
      plan_id TEXT NOT NULL,
      newest_ms INTEGER NOT NULL,
      UNIQUE (peer_id, instance_id, repo_guid, repo_id, plan_id)
    ) STRICT;

    -- The hub's flow for a flow of a peer.
    CREATE TABLE flows (
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      original_flow_id INTEGER NOT NULL,
      flow_id INTEGER NOT NULL,
      PRIMARY KEY (peer_id, original_flow_id)
    ) STRICT, WITHOUT ROWID;

    -- removed_as is 0 while the row is live and its own id once it is removed, so that one index keeps the peer's
    -- number unique among the live rows and finds the removed ones too.
    -- snapshot_key is a hash of snapshot_id (see snapshot-key.ts), 0 where that is empty.
    -- parent_id is the peer's own number of the operation that a hook belongs to, 0 where there is none.
    CREATE TABLE operations (
      id INTEGER PRIMARY KEY,
      peer_id INTEGER NOT NULL,
      group_id INTEGER NOT NULL,
      original_id INTEGER NOT NULL,
      removed_as INTEGER NOT NULL DEFAULT 0,
      original_modno INTEGER NOT NULL,
      original_flow_id INTEGER NOT NULL,
      flow_id INTEGER NOT NULL,
      start_ms INTEGER NOT NULL,
      end_ms INTEGER NOT NULL,
      status INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      parent_id INTEGER NOT NULL,
      change INTEGER NOT NULL,
      removed_ms INTEGER,
      snapshot_key INTEGER NOT NULL,
      snapshot_id TEXT NOT NULL,
      body BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX operations_by_origin ON operations (peer_id, original_id, removed_as);
    -- Also answers for snapshots: ids of snapshots are random, and an index of their own would be written all over.
    CREATE INDEX operations_by_group ON operations (group_id, start_ms, id, snapshot_key) WHERE removed_as = 0;
    CREATE INDEX operations_by_flow ON operations (flow_id) WHERE removed_as = 0;

    -- The newest operations of each peer that were skipped, never their bytes.
    CREATE TABLE poison (
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      digest TEXT NOT NULL,
      reason TEXT NOT NULL,
      original_id INTEGER,
      byte_length INTEGER NOT NULL,
      first_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL,
      times INTEGER NOT NULL,
      PRIMARY KEY (peer_id, digest)
    ) STRICT, WITHOUT ROWID;
  `,
};
