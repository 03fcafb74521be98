import type { DatabaseSync } from "node:sqlite";
import type { AuditQuery, AuditRecord, Role } from "../access.js";
import { Statement } from "./statement.js";

type Row = [
  id: bigint,
  kind: AuditRecord["kind"],
  atMs: bigint,
  lastMs: bigint,
  times: bigint,
  callerName: string,
  callerKind: string,
  callerRole: Role | "",
  address: string,
  action: string,
  summary: string,
  outcome: string,
];

/** Reads the audit log, the newest first. */
export class AuditQueries {
  private readonly select: Statement<Row>;

  constructor(db: DatabaseSync) {
    this.select = new Statement(
      db,
      `SELECT id, kind, at_ms, last_ms, times, caller_name, caller_kind, caller_role, address, action, summary, outcome
       FROM audit
       WHERE (?1 IS NULL OR caller_name = ?1)
         AND (?2 IS NULL OR action = ?2 OR substr(action, instr(action, '/') + 1) = ?2)
         AND (?3 IS NULL OR last_ms >= ?3)
         AND (?4 = 0 OR outcome <> 'ok')
       ORDER BY id DESC LIMIT ?5`,
    );
  }

  run({ callerName, action, sinceMs, failuresOnly, limit }: AuditQuery): AuditRecord[] {
    const flags = failuresOnly === true ? 1 : 0;
    return this.select.all(callerName ?? null, action ?? null, sinceMs ?? null, flags, limit).map(toRecord);
  }
}

function toRecord(row: Row): AuditRecord {
  const [id, kind, atMs, lastMs, times, callerName, callerKind, callerRole, address, action, summary, outcome] = row;
  return {
    id: Number(id),
    kind,
    atMs: Number(atMs),
    lastMs: Number(lastMs),
    times: Number(times),
    callerName,
    callerKind,
    callerRole,
    address,
    action,
    summary,
    outcome,
  };
}
