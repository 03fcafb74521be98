import type { DatabaseSync } from "node:sqlite";
import type { BackupProgress } from "../fleet.js";
import { backupFigures } from "./backup-figures.js";
import { BackupDays } from "./backup-days.js";
import { backupProgress } from "./backup-progress.js";
import { groupIdOf } from "./cleared-group.js";
import type { Columns } from "./columns.js";
import { KIND_BACKUP } from "./kinds.js";
import { GOOD, OPEN, outcomeOf, type RunOutcome, STATUS_INPROGRESS, STATUS_WARNING } from "./run-outcome.js";
import { Statement } from "./statement.js";

/** What of a stored operation tells where its run stands. */
export interface StoredRun {
  readonly id: bigint;
  /** Of one that was cleared, too: what happened stays what happened. */
  readonly groupId: bigint;
  readonly startMs: bigint;
  readonly status: number;
  readonly kind: number;
}

type Run = Pick<Columns, "kind" | "status" | "startMs" | "endMs">;

interface Key {
  readonly groupId: bigint;
  readonly outcome: RunOutcome;
  readonly startMs: bigint;
  readonly id: bigint;
}

/** Backups that run of which one message tells; a Backrest runs one at a time. */
const MAX_PROGRESS = 64;
/** Times outside are nobody's: before 1970 and from the year 2200 on. */
const MAX_START_MS = 7_258_118_400_000n;

/** Keeps the table of backups in step with that of operations, inside the same transactions. */
export class BackupRuns {
  readonly #days: BackupDays;
  readonly #put: Statement;
  readonly #delete: Statement;
  #touched = false;
  #progress = new Map<bigint, BackupProgress>();

  constructor(db: DatabaseSync) {
    this.#days = new BackupDays(db);
    this.#put = new Statement(
      db,
      `INSERT OR REPLACE INTO backup_runs (group_id, outcome, start_ms, operation_id, end_ms, status, bytes_added)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = new Statement(
      db,
      "DELETE FROM backup_runs WHERE group_id = ? AND outcome = ? AND start_ms = ? AND operation_id = ?",
    );
  }

  /** Whether anything changed since this was asked last that a verdict may depend on. */
  takeTouched(): boolean {
    const touched = this.#touched;
    this.#touched = false;
    return touched;
  }

  /** How far the backups are that told it since this was asked last; undefined when none did. */
  takeProgress(): readonly BackupProgress[] | undefined {
    if (this.#progress.size === 0) return undefined;
    const progress = [...this.#progress.values()];
    this.#progress.clear();
    return progress;
  }

  added(id: bigint, groupId: bigint, run: Run, body: Uint8Array): void {
    if (run.kind !== KIND_BACKUP) return;
    if (run.status === STATUS_INPROGRESS) this.#noteProgress(id, body);
    this.#write(keyOf({ ...run, id, groupId }), run, body);
  }

  /** The row of an operation is overwritten, or one that was removed comes back. */
  changed(stored: StoredRun & { readonly removed: boolean }, groupId: bigint, run: Run, body: Uint8Array): void {
    if (stored.kind === KIND_BACKUP) {
      const same =
        !stored.removed &&
        stored.status === run.status &&
        stored.startMs === run.startMs &&
        stored.groupId === groupId &&
        outcomeOf(run.status) === OPEN;
      // A running backup tells how far it is once a second.
      if (same) {
        if (run.status === STATUS_INPROGRESS) this.#noteProgress(stored.id, body);
        return;
      }
      this.#remove(keyOf(stored));
    }
    this.added(stored.id, groupId, run, body);
  }

  /** A backup that ended happened, whatever becomes of its row. */
  removed(stored: StoredRun): void {
    if (stored.kind === KIND_BACKUP && outcomeOf(stored.status) === OPEN) this.#remove(keyOf(stored));
  }

  save(): void {
    this.#days.save();
  }

  forget(): void {
    this.#days.forget();
    this.#touched = false;
    this.#progress.clear();
  }

  #noteProgress(id: bigint, body: Uint8Array): void {
    const progress = backupProgress(id, body);
    if (progress === undefined) return;
    this.#progress.delete(id);
    this.#progress.set(id, progress);
    if (this.#progress.size <= MAX_PROGRESS) return;
    for (const oldest of this.#progress.keys()) return void this.#progress.delete(oldest);
  }

  #write(key: Key | undefined, { endMs, status }: Run, body: Uint8Array): void {
    if (key === undefined) return;
    const { groupId, outcome, startMs, id } = key;
    let bytesAdded = 0n;
    if (outcome !== OPEN) {
      const figures = backupFigures(body);
      if (figures.dryRun) return;
      if (outcome === GOOD) ({ bytesAdded } = figures);
      this.#days.added(groupId, {
        startMs: Number(startMs),
        endMs: Number(endMs),
        outcome,
        warning: status === STATUS_WARNING,
        bytesAdded: Number(bytesAdded),
      });
    }
    this.#put.run(groupId, outcome, startMs, id, endMs, status, bytesAdded);
    this.#touched = true;
  }

  #remove(key: Key | undefined): void {
    if (key === undefined) return;
    const { groupId, outcome, startMs, id } = key;
    if (this.#delete.run(groupId, outcome, startMs, id) === 0) return;
    if (outcome !== OPEN) this.#days.changed(groupId, Number(startMs));
    this.#touched = true;
  }
}

/** Nothing for what is no run: cancelled, of unknown status, or at no time. */
function keyOf({ id, groupId, startMs, status }: Omit<StoredRun, "kind">): Key | undefined {
  const outcome = outcomeOf(status);
  return outcome === undefined || startMs <= 0n || startMs >= MAX_START_MS
    ? undefined
    : { groupId: groupIdOf(groupId), outcome, startMs, id };
}
