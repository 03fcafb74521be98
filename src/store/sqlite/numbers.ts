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
  private readonly read: Statement<[bigint]>;
  private readonly write: Statement;

  constructor(db: DatabaseSync) {
    this.read = new Statement(db, "SELECT value FROM meta WHERE name = ?");
    this.write = new Statement(db, "UPDATE meta SET value = ? WHERE name = ?");
    this.reload();
  }

  nextOperationId(): bigint {
    this.lastOperationId += 1n;
    return this.lastOperationId;
  }

  nextChange(): bigint {
    this.lastChange += 1n;
    return this.lastChange;
  }

  save(): void {
    // A new id always comes with a change.
    if (this.lastChange === this.savedChange) return;
    this.write.run(this.lastOperationId, "last_operation_id");
    this.write.run(this.lastChange, "last_change");
    this.savedChange = this.lastChange;
  }

  reload(): void {
    this.lastOperationId = this.read.get("last_operation_id")?.[0] ?? 0n;
    this.lastChange = this.read.get("last_change")?.[0] ?? 0n;
    this.savedChange = this.lastChange;
  }
}
