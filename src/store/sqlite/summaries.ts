import type { DatabaseSync } from "node:sqlite";
import { type BackupFigures, type GroupFigures, SUMMARISED_OPERATIONS } from "../summaries.js";
import { WIRE_BYTES, WIRE_VARINT, WireReader } from "../wire-reader.js";
import { Statement } from "./statement.js";

type GroupRow = [id: bigint, planId: string, repoId: string, repoGuid: string];
type OperationRow = [
  flowId: bigint,
  startMs: bigint,
  endMs: bigint,
  status: bigint,
  kind: bigint,
  body: Uint8Array<ArrayBuffer> | null,
];

// v1.Operation
const KIND_BACKUP = 100;
const KIND_INDEX_SNAPSHOT = 101;
// v1.OperationBackup, BackupProgressEntry and BackupProgressSummary
const FIELD_LAST_STATUS = 3;
const FIELD_SUMMARY = 2;
const FIELD_DATA_ADDED = 9;
const FIELD_TOTAL_BYTES_PROCESSED = 11;
// v1.OperationIndexSnapshot
const FIELD_FORGOT = 3;

/** Figures for the first page of Backrest's web page, out of the bytes that peers sent. */
export class Summaries {
  private readonly groups: Statement<GroupRow>;
  private readonly newest: Statement<OperationRow>;

  constructor(db: DatabaseSync) {
    this.groups = new Statement(
      db,
      `SELECT g.id, g.plan_id, g.repo_id, g.repo_guid FROM op_groups AS g JOIN peers AS p ON p.id = g.peer_id
       WHERE g.peer_id = ? AND g.instance_id = p.instance_id ORDER BY g.id`,
    );
    this.newest = new Statement(
      db,
      `SELECT flow_id, start_ms, end_ms, status, kind,
         CASE WHEN kind IN (${KIND_BACKUP}, ${KIND_INDEX_SNAPSHOT}) THEN body END
       FROM operations INDEXED BY operations_by_group
       WHERE group_id = ? AND removed_as = 0 ORDER BY start_ms DESC, id DESC LIMIT ${SUMMARISED_OPERATIONS}`,
    );
  }

  ofPeer(peerId: number): GroupFigures[] {
    return this.groups
      .all(peerId)
      .map(([id, planId, repoId, repoGuid]) => ({ planId, repoId, repoGuid, ...this.ofGroup(id) }));
  }

  private ofGroup(groupId: bigint): Pick<GroupFigures, "backups" | "snapshots"> {
    const backups: BackupFigures[] = [];
    let snapshots = 0;
    for (const [flowId, startMs, endMs, status, kind, body] of this.newest.each(groupId)) {
      if (body === null) continue;
      if (Number(kind) === KIND_INDEX_SNAPSHOT) {
        if (!isForgotten(body)) snapshots += 1;
        continue;
      }
      const times = { startMs: Number(startMs), endMs: Number(endMs) };
      // A status that the contract does not have is one that nothing is counted under.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      backups.push({ flowId, ...times, status: Number(status), ...sizesOf(body) });
    }
    return { backups, snapshots };
  }
}

/** Out of the summary that restic gives at the end; 0 where there is none. */
function sizesOf(body: Uint8Array): Pick<BackupFigures, "bytesAdded" | "bytesScanned"> {
  const sizes = { bytesAdded: 0, bytesScanned: 0 };
  for (const summary of piecesOf(body, [KIND_BACKUP, FIELD_LAST_STATUS, FIELD_SUMMARY])) {
    while (summary.next()) {
      if (summary.wireType !== WIRE_VARINT) continue;
      if (summary.number === FIELD_DATA_ADDED) sizes.bytesAdded = sizeOf(summary);
      if (summary.number === FIELD_TOTAL_BYTES_PROCESSED) sizes.bytesScanned = sizeOf(summary);
    }
  }
  return sizes;
}

function isForgotten(body: Uint8Array): boolean {
  let forgotten = false;
  for (const snapshot of piecesOf(body, [KIND_INDEX_SNAPSHOT])) {
    while (snapshot.next()) {
      if (snapshot.number === FIELD_FORGOT && snapshot.wireType === WIRE_VARINT) forgotten = snapshot.int64() !== 0n;
    }
  }
  return forgotten;
}

/** Sizes below zero are nonsense of the peer's. */
function sizeOf(field: WireReader): number {
  return Math.max(0, Number(field.int64()));
}

/** Readers of the submessages at the end of a path of field numbers. */
function* piecesOf(bytes: Uint8Array, path: readonly number[], fields = new WireReader(bytes)): Generator<WireReader> {
  const [number, ...rest] = path;
  if (number === undefined) {
    yield fields;
    return;
  }
  while (fields.next()) {
    if (fields.number !== number || fields.wireType !== WIRE_BYTES) continue;
    yield* piecesOf(bytes, rest, new WireReader(bytes, fields.start, fields.end));
  }
}
