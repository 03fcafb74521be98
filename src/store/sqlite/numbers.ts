import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/**
 * The hub's own two counters: ids of operations, which are never used twice, and changes, which only rise. Nothing that
 * a peer sends moves them. They are written once with each commit.
 */
export class Numbers {
  private lastOperationId = 0n;
  private lastChange = 0n;
  private savedChange = 0n;
  private stale = true;
  private readonly select: Statement<[bigint]>;
  private readonly update: Statement;

  constructor(db: DatabaseSync) {
    this.select = new Statement(db, "SELECT value FROM meta WHERE name = ?");
    this.update = new Statement(db, "UPDATE meta SET value = ? WHERE name = ?");
  }

  nextOperationId(): bigint {
    if (this.stale) this.read();
    this.lastOperationId += 1n;
    return this.lastOperationId;
  }

  nextChange(): bigint {
    if (this.stale) this.read();
    this.lastChange += 1n;
    return this.lastChange;
  }

  /** The number of the last change. */
  latestChange(): bigint {
    if (this.stale) this.read();
    return this.lastChange;
  }

  save(): void {
    // A new id always comes with a change.
    if (this.lastChange === this.savedChange) return;
    this.update.run(this.lastOperationId, "last_operation_id");
    this.update.run(this.lastChange, "last_change");
    this.savedChange = this.lastChange;
  }

  /** They are read again when they are needed next: right after an error the database may not be readable. */
  forget(): void {
    this.savedChange = this.lastChange;
    this.stale = true;
  }

  private read(): void {
    this.lastOperationId = this.select.get("last_operation_id")?.[0] ?? 0n;
    this.lastChange = this.select.get("last_change")?.[0] ?? 0n;
    this.savedChange = this.lastChange;
    this.stale = false;
  }
}
