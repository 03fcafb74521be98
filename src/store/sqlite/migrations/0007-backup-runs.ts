import type { Migration } from "../migrate.js";
import { backfillRuns } from "../backfill-runs.js";

/** What verdicts are made from: every backup, its days, and what the operator said of each machine. */
export const backupRuns: Migration = {
  version: 7,
  sql: `
    -- One row for each backup that is pending or runs (outcome 0; while it is not removed), ended well (1) or failed (2;
    -- both also once they are removed: they happened). The key gives the newest of each outcome at once.
    CREATE TABLE backup_runs (
      group_id INTEGER NOT NULL,
      outcome INTEGER NOT NULL,
      start_ms INTEGER NOT NULL,
      operation_id INTEGER NOT NULL,
      end_ms INTEGER NOT NULL,
      status INTEGER NOT NULL,
      bytes_added INTEGER NOT NULL,
      PRIMARY KEY (group_id, outcome, start_ms, operation_id)
    ) STRICT, WITHOUT ROWID;

    -- 32 days in a row, each in UTC, as cells (see day-cells.ts): 90 days of a plan are read in four rows.
    CREATE TABLE backup_days (
      group_id INTEGER NOT NULL,
      block INTEGER NOT NULL,
      cells BLOB NOT NULL,
      PRIMARY KEY (group_id, block)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE peer_health (
      peer_id INTEGER PRIMARY KEY REFERENCES peers (id),
      not_always_on INTEGER NOT NULL,
      grace_ms INTEGER,
      limit_ms INTEGER,
      snoozed_until_ms INTEGER,
      ignored INTEGER NOT NULL
    ) STRICT;
  `,
  then: backfillRuns,
};
