import type { DatabaseSync } from "node:sqlite";
import { StoreFault } from "./fault.js";
import { Statement } from "./statement.js";

/** One numbered step from one schema to the next. */
export interface Migration {
  /** The schema that the step leads to; the database keeps it as its `user_version`. */
  readonly version: number;
  readonly sql: string;
  /** What SQL cannot do, in the same transaction. */
  readonly then?: (db: DatabaseSync) => void;
}

/**
 * Brings the database to the newest schema, each step in a transaction of its own.
 * Errors: `failed_precondition` when a newer hub has written the database.
 */
export function migrate(db: DatabaseSync, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = schemaVersion(db);
  if (found > newest) {
    throw new StoreFault(
      "failed_precondition",
      `the database has schema ${found}, written by a newer hub; this one knows schemas up to ${newest}. Start the newer hub, or restore a backup from before the upgrade`,
    );
  }
  for (const migration of migrations) {
    if (migration.version > found) step(db, migration);
  }
}

export function schemaVersion(db: DatabaseSync): number {
  const row = new Statement<[bigint]>(db, "PRAGMA user_version").get();
  return Number(row?.[0] ?? 0n);
}

function step(db: DatabaseSync, migration: Migration): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec(migration.sql);
    migration.then?.(db);
    db.exec(`PRAGMA user_version = ${migration.version}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
