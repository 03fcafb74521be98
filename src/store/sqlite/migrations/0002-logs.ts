import type { Migration } from "../migrate.js";

/** Logs that were fetched from peers. Their ids rise with every fetch, so that the lowest is the oldest. */
export const logs: Migration = {
  version: 2,
  sql: `
    CREATE TABLE logs (
      id INTEGER PRIMARY KEY,
      peer_id INTEGER NOT NULL REFERENCES peers (id),
      operation_id INTEGER NOT NULL,
      ref TEXT NOT NULL,
      complete INTEGER NOT NULL,
      fetched_ms INTEGER NOT NULL,
      expires_ms INTEGER NOT NULL,
      byte_length INTEGER NOT NULL,
      content BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX logs_by_operation ON logs (operation_id, ref);
    -- Answers for the bytes of a peer without touching a log.
    CREATE INDEX logs_by_peer ON logs (peer_id, id, byte_length);
    CREATE INDEX logs_by_expiry ON logs (expires_ms);
    INSERT INTO meta VALUES ('logs_expired', 0), ('logs_displaced', 0);
  `,
};
