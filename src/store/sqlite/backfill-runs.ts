import type { DatabaseSync } from "node:sqlite";
import { BackupRuns } from "./backup-runs.js";
import { KIND_BACKUP } from "./kinds.js";
import { OPEN, outcomeOf } from "./run-outcome.js";
import { Statement } from "./statement.js";

type Row = [
  id: bigint,
  groupId: bigint,
  startMs: bigint,
  endMs: bigint,
  status: bigint,
  removedAs: bigint,
  body: Uint8Array<ArrayBuffer>,
];

/** Fills the table of backups, and their days, from the operations that are stored: once, in the migration that makes them. */
export function backfillRuns(db: DatabaseSync): void {
  const runs = new BackupRuns(db);
  const stored = new Statement<Row>(
    db,
    `SELECT id, group_id, start_ms, end_ms, status, removed_as, body FROM operations WHERE kind = ${KIND_BACKUP}`,
  );
  for (const [id, groupId, startMs, endMs, status, removedAs, body] of stored.each()) {
    const run = { kind: KIND_BACKUP, startMs, endMs, status: Number(status) };
    if (removedAs === 0n || outcomeOf(run.status) !== OPEN) runs.added(id, groupId, run, body);
  }
  runs.save();
}
