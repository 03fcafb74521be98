import type { DatabaseSync } from "node:sqlite";
import type { StoredRun } from "./backup-runs.js";
import type { Columns } from "./columns.js";
import { snapshotKey } from "./snapshot-key.js";
import { Statement } from "./statement.js";

/** What the writer needs to know of a stored operation. */
export interface StoredOperation {
  readonly id: bigint;
  readonly removed: boolean;
  readonly originalFlowId: bigint;
  readonly flowId: bigint;
  readonly startMs: bigint;
  readonly status: number;
  readonly kind: number;
  readonly parentId: bigint;
  /** Negative when the row was cleared; see cleared-group.ts. */
  readonly groupId: bigint;
  readonly snapshotId: string;
  readonly modno: bigint;
  /** The hub's number of the change that made the row what it is. */
  readonly change: bigint;
}

/** An operation's place in the hub: what {@link OperationRows} writes beside what the peer sent. */
export interface Placement {
  readonly id: bigint;
  readonly flowId: bigint;
  readonly groupId: bigint;
  readonly change: bigint;
}

/** A row whose flow became another one. */
export type MovedRow = [id: bigint, originalId: bigint, kind: bigint, body: Uint8Array<ArrayBuffer>];

type Row = [
  id: bigint,
  removedAs: bigint,
  originalFlowId: bigint,
  flowId: bigint,
  startMs: bigint,
  status: bigint,
  kind: bigint,
  parentId: bigint,
  groupId: bigint,
  snapshotId: string,
  modno: bigint,
  change: bigint,
];

/** Removed rows that are looked at when a number of the peer's comes back, newest first. */
const MAX_FORMER = 16;
/** Rows that move into a flow that is used again, the newest: a flow has a few, and one message may ask for many moves. */
const MAX_MOVED = 64;

const SELECT = `
  SELECT id, removed_as, original_flow_id, flow_id, start_ms, status, kind, parent_id, group_id, snapshot_id, original_modno,
    change
  FROM operations WHERE peer_id = ? AND original_id = ?`;

/** The rows of the table of operations, one statement for each thing that is done to them. */
export class OperationRows {
  private readonly selectSame: Statement<[id: bigint]>;
  private readonly selectLive: Statement<Row>;
  private readonly selectFormer: Statement<Row>;
  private readonly insert: Statement;
  private readonly updateInPlace: Statement;
  private readonly updateStatus: Statement;
  private readonly updateWhole: Statement;
  private readonly markRemoved: Statement<[kind: bigint, status: bigint, groupId: bigint, startMs: bigint]>;
  private readonly moveLive: Statement<MovedRow>;
  private readonly selectLiveIds: Statement<[id: bigint, originalId: bigint]>;

  constructor(db: DatabaseSync) {
    this.selectSame = new Statement(
      db,
      "SELECT id FROM operations WHERE peer_id = ? AND original_id = ? AND removed_as = 0 AND body = ?",
    );
    this.selectLive = new Statement(db, `${SELECT} AND removed_as = 0`);
    this.selectFormer = new Statement(db, `${SELECT} AND removed_as > 0 ORDER BY removed_as DESC LIMIT ${MAX_FORMER}`);
    this.insert = new Statement(
      db,
      `INSERT INTO operations (id, flow_id, group_id, change, original_id, original_modno, original_flow_id, start_ms,
         end_ms, status, kind, parent_id, snapshot_key, snapshot_id, body, peer_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    // Names no column of an index, so that none is written: a running backup changes its row once a second.
    this.updateInPlace = new Statement(
      db,
      "UPDATE operations SET change = ?, original_modno = ?, end_ms = ?, body = ? WHERE id = ?",
    );
    // Writes the index of what is notable, once for each step of an operation.
    this.updateStatus = new Statement(
      db,
      "UPDATE operations SET change = ?, original_modno = ?, end_ms = ?, status = ?, body = ? WHERE id = ?",
    );
    this.updateWhole = new Statement(
      db,
      `UPDATE operations SET flow_id = ?, group_id = ?, change = ?, original_modno = ?, original_flow_id = ?,
         start_ms = ?, end_ms = ?, status = ?, kind = ?, parent_id = ?, snapshot_key = ?, snapshot_id = ?, body = ?,
         removed_as = 0, removed_ms = NULL
       WHERE id = ?`,
    );
    this.markRemoved = new Statement(
      db,
      `UPDATE operations SET removed_as = id, removed_ms = ?, change = ? WHERE id = ? AND removed_as = 0
       RETURNING kind, status, group_id, start_ms`,
    );
    this.moveLive = new Statement(
      db,
      `UPDATE operations SET flow_id = ?, change = ?
       WHERE id IN (
         SELECT id FROM operations
         WHERE flow_id = ? AND peer_id = ? AND original_flow_id = ? AND removed_as = 0 AND group_id > 0
         ORDER BY id DESC LIMIT ${MAX_MOVED})
       RETURNING id, original_id, kind, body`,
    );
    this.selectLiveIds = new Statement(
      db,
      "SELECT id, original_id FROM operations WHERE peer_id = ? AND removed_as = 0 ORDER BY original_id",
    );
  }

  /** The hub id of the live row with this number of the peer's and exactly these bytes: most of what is sent again. */
  same(peerId: number, originalId: bigint, body: Uint8Array): bigint | undefined {
    return this.selectSame.get(peerId, originalId, body)?.[0];
  }

  /** The row that holds this number of the peer's now. */
  live(peerId: number, originalId: bigint): StoredOperation | undefined {
    const row = this.selectLive.get(peerId, originalId);
    return row === undefined ? undefined : toStored(row);
  }

  /** Removed rows that had this number of the peer's, newest first. */
  former(peerId: number, originalId: bigint): StoredOperation[] {
    return this.selectFormer.all(peerId, originalId).map(toStored);
  }

  /** Ids of all live rows of a peer, ascending by the peer's own. */
  liveIds(peerId: number): Iterable<[id: bigint, originalId: bigint]> {
    return this.selectLiveIds.each(peerId);
  }

  add(peerId: number, place: Placement, columns: Columns, body: Uint8Array): void {
    this.insert.run(
      place.id,
      place.flowId,
      place.groupId,
      place.change,
      columns.originalId,
      columns.modno,
      columns.originalFlowId,
      columns.startMs,
      columns.endMs,
      columns.status,
      columns.kind,
      columns.parentId,
      snapshotKey(columns.snapshotId),
      columns.snapshotId,
      body,
      peerId,
    );
  }

  /** Overwrites a live row or brings a removed one back. */
  overwrite(stored: StoredOperation, place: Placement, columns: Columns, body: Uint8Array): void {
    if (staysInPlace(stored, place, columns)) {
      const { modno, endMs, status } = columns;
      if (stored.status === status) this.updateInPlace.run(place.change, modno, endMs, body, place.id);
      else this.updateStatus.run(place.change, modno, endMs, status, body, place.id);
      return;
    }
    this.updateWhole.run(
      place.flowId,
      place.groupId,
      place.change,
      columns.modno,
      columns.originalFlowId,
      columns.startMs,
      columns.endMs,
      columns.status,
      columns.kind,
      columns.parentId,
      snapshotKey(columns.snapshotId),
      columns.snapshotId,
      body,
      place.id,
    );
  }

  /** Moves a peer's live rows, those that were cleared excepted, from one flow of the hub's to another. */
  moveFlow(peerId: number, originalFlowId: bigint, from: bigint, to: bigint, change: bigint): MovedRow[] {
    return this.moveLive.all(to, change, from, peerId, originalFlowId);
  }

  /** Returns what the row was; nothing when there is no such live row. */
  remove(id: bigint, atMs: number, change: bigint): StoredRun | undefined {
    const row = this.markRemoved.get(atMs, change, id);
    if (row === undefined) return undefined;
    const [kind, status, groupId, startMs] = row;
    return { id, kind: Number(kind), status: Number(status), groupId, startMs };
  }
}

function staysInPlace(stored: StoredOperation, place: Placement, columns: Columns): boolean {
  return (
    !stored.removed &&
    stored.flowId === place.flowId &&
    stored.groupId === place.groupId &&
    stored.originalFlowId === columns.originalFlowId &&
    stored.startMs === columns.startMs &&
    stored.kind === columns.kind &&
    stored.parentId === columns.parentId &&
    stored.snapshotId === columns.snapshotId
  );
}

function toStored(row: Row): StoredOperation {
  const [id, removedAs, originalFlowId, flowId, startMs, status, kind, parentId, groupId, snapshotId, modno, change] =
    row;
  return {
    id,
    removed: removedAs !== 0n,
    originalFlowId,
    flowId,
    startMs,
    status: Number(status),
    kind: Number(kind),
    parentId,
    groupId,
    snapshotId,
    modno,
    change,
  };
}
