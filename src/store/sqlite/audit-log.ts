import type { DatabaseSync } from "node:sqlite";
import { AUDIT_KEPT_MS, type AuditEntry, type AuditRefusal, MAX_AUDIT_CHANGES, MAX_AUDIT_REFUSALS } from "../access.js";
import { Statement } from "./statement.js";

/** Events between two looks at what is too much or too old. */
const TRIM_EVERY = 64n;
const DAY_MS = 24 * 3_600_000;

/** Appends to the audit log and keeps it within its bounds. */
export class AuditLog {
  private readonly insert: Statement<[id: bigint]>;
  private readonly removeOld: Statement;
  private readonly removeSpare: Statement;

  constructor(db: DatabaseSync) {
    this.insert = new Statement(
      db,
      `INSERT INTO audit
         (kind, at_ms, last_ms, times, caller_name, caller_kind, caller_role, address, action, summary, outcome, fold)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (fold) DO UPDATE SET times = times + excluded.times, last_ms = max(last_ms, excluded.last_ms)
       RETURNING id`,
    );
    this.removeOld = new Statement(db, "DELETE FROM audit WHERE last_ms < ?");
    this.removeSpare = new Statement(
      db,
      `DELETE FROM audit WHERE kind = ?1 AND id <=
         (SELECT id FROM audit WHERE kind = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
    );
  }

  add(entry: AuditEntry): void {
    this.append(entry, { lastMs: entry.atMs, times: 1, fold: null });
  }

  addRefusals(refusals: readonly AuditRefusal[]): void {
    for (const refusal of refusals) {
      const { atMs, lastMs, times, callerName, callerKind, address, action, outcome } = refusal;
      const day = Math.floor(atMs / DAY_MS);
      const fold = JSON.stringify([day, callerName, callerKind, address, action, outcome]);
      this.append(refusal, { lastMs, times, fold });
    }
  }

  private append(
    entry: AuditEntry,
    { lastMs, times, fold }: { readonly lastMs: number; readonly times: number; readonly fold: string | null },
  ): void {
    const { kind, atMs, callerName, callerKind, callerRole, address, action, summary, outcome } = entry;
    const values = [callerName, callerKind, callerRole, address, action, summary, outcome, fold];
    const id = this.insert.get(kind, atMs, lastMs, times, ...values)?.[0] ?? 0n;
    if (id % TRIM_EVERY === 0n) this.trim(lastMs);
  }

  private trim(nowMs: number): void {
    this.removeOld.run(nowMs - AUDIT_KEPT_MS);
    this.removeSpare.run("change", MAX_AUDIT_CHANGES);
    this.removeSpare.run("refusal", MAX_AUDIT_REFUSALS);
  }
}
