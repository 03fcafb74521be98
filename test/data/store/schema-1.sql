-- A database as schema 1 wrote it: its schema and rows, dumped from a real one.
PRAGMA page_size = 8192;
BEGIN;
CREATE TABLE meta (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
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
CREATE TABLE peer_documents (
      peer_id INTEGER PRIMARY KEY REFERENCES peers (id),
      resources BLOB,
      sealed_config BLOB
    ) STRICT;
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
CREATE TABLE flows (
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      original_flow_id INTEGER NOT NULL,
      flow_id INTEGER NOT NULL,
      PRIMARY KEY (peer_id, original_flow_id)
    ) STRICT, WITHOUT ROWID;
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
CREATE INDEX operations_by_group ON operations (group_id, start_ms, id, snapshot_key) WHERE removed_as = 0;
CREATE INDEX operations_by_flow ON operations (flow_id) WHERE removed_as = 0;
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
INSERT INTO meta VALUES ('last_change', 5);
INSERT INTO meta VALUES ('last_operation_id', 4);
INSERT INTO meta VALUES ('last_probe_ms', 0);
INSERT INTO peers VALUES (1, 'laptop', 1000, NULL, 5000, NULL, NULL, '["a","b"]', 1, 4, 4);
INSERT INTO peers VALUES (2, 'desktop', 1000, 6000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO peer_documents VALUES (1, x'010203', NULL);
INSERT INTO peer_counts VALUES (1, 3, 1, 1);
INSERT INTO peer_counts VALUES (2, 0, 0, 0);
INSERT INTO peer_keys VALUES (1, 'key-seed', 1, 'seed', 1000, 0);
INSERT INTO peer_keys VALUES (2, 'key-desktop', 2, 'seed', 1000, 1);
INSERT INTO peer_keys VALUES (3, 'key-current', 1, 'current', 4000, 1);
INSERT INTO op_groups VALUES (1, 1, 'laptop', 'guid-nas', 'nas', 'home', 1700000004000);
INSERT INTO flows VALUES (1, 1, 1);
INSERT INTO flows VALUES (1, 2, 2);
INSERT INTO flows VALUES (1, 4, 4);
INSERT INTO operations VALUES (1, 1, 1, 1, 0, 1, 1, 1, 1700000001000, 1700000001500, 3, 100, 0, 1, NULL, 2608083357, 'snap', x'080112036e61731a04686f6d65200328e8d795ffbc3130dcdb95ffbc314204736e617050015a066c6170746f7060017a08677569642d6e6173a20600');
INSERT INTO operations VALUES (2, 1, 1, 2, 2, 2, 2, 2, 1700000002000, 1700000002500, 3, 100, 0, 5, 2000, 0, '', x'080212036e61731a04686f6d65200328d0df95ffbc3130c4e395ffbc3150025a066c6170746f7060027a08677569642d6e6173a20600');
INSERT INTO operations VALUES (3, 1, 1, 3, 0, 3, 1, 1, 1700000003000, 1700000003500, 3, 106, 1, 3, NULL, 0, '', x'080312036e61731a04686f6d65200328b8e795ffbc3130aceb95ffbc3150015a066c6170746f7060037a08677569642d6e6173d206080a04686f6f6b2001');
INSERT INTO operations VALUES (4, 1, 1, 4, 0, 4, 4, 4, 1700000004000, 1700000004500, 3, 100, 0, 4, NULL, 0, '', x'080412036e61731a04686f6d65200328a0ef95ffbc313094f395ffbc3150045a066c6170746f7060047a08677569642d6e6173a20600');
INSERT INTO poison VALUES (1, 'f9c7b9a4c4cd132038360c02f98bafa9', 'it is not a well-formed operation', 9, 5, 2000, 2000, 1);
PRAGMA user_version = 1;
COMMIT;
