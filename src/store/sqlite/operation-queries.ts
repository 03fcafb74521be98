import type { DatabaseSync } from "node:sqlite";
import { OperationListWriter } from "../list-writer.js";
import type { OperationQuery } from "../store.js";
import { KIND_RUN_HOOK } from "./kinds.js";
import { StoreFault } from "./fault.js";
import { NewestFinder, type RowFilter } from "./newest.js";
import { PARENT_SQL } from "./parent-sql.js";
import { snapshotKey } from "./snapshot-key.js";
import { Statement } from "./statement.js";

type Row = [
  id: bigint,
  peerId: bigint,
  flowId: bigint,
  change: bigint,
  originalId: bigint,
  originalFlowId: bigint,
  parentId: bigint | null,
  body: Uint8Array<ArrayBuffer>,
];

/** Names that a query may ask for, null where it does not. */
type GroupFilter = [peerId: bigint | null, instanceId: string | null, repoGuid: string | null, planId: string | null];

const GROUP_MATCHES = `(?1 IS NULL OR g.peer_id = ?1) AND (?2 IS NULL OR g.instance_id = ?2)
  AND (?3 IS NULL OR g.repo_guid = ?3) AND (?4 IS NULL OR g.plan_id = ?4)`;
const ROW_MATCHES = "(?5 IS NULL OR (o.snapshot_key = ?5 AND o.snapshot_id = ?6)) AND (?7 IS NULL OR o.change >= ?7)";

/** Rows that are read from the table in one statement. */
const FETCH_CHUNK = 4096;
/** What the buffer of an answer begins with, so that it seldom has to grow. */
const USUAL_OPERATION_BYTES = 640;
const MAX_FIRST_CAPACITY = 16 * 1024 * 1024;
/** The most that one answer may take. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const encoder = new TextEncoder();

/** Answers queries for operations with encoded lists; no operation is decoded. */
export class OperationQueries {
  private readonly newest: NewestFinder;
  private readonly peerOfKey: Statement<[bigint]>;
  private readonly currentKey: Statement<[string]>;
  private readonly groups: Statement<[id: bigint, newestMs: bigint]>;
  private readonly groupsOfPeer: Statement<[id: bigint, newestMs: bigint]>;
  private readonly byIds: Statement<[startMs: bigint, id: bigint]>;
  private readonly byFlow: Statement<[startMs: bigint, id: bigint]>;
  private readonly fetch: Statement<Row>;

  constructor(db: DatabaseSync) {
    this.newest = new NewestFinder(db);
    this.peerOfKey = new Statement(db, "SELECT peer_id FROM peer_keys WHERE keyid = ?");
    this.currentKey = new Statement(db, "SELECT keyid FROM peer_keys WHERE peer_id = ? AND is_current = 1");
    this.groups = new Statement(
      db,
      `SELECT g.id, g.newest_ms FROM op_groups AS g WHERE ${GROUP_MATCHES} ORDER BY g.newest_ms DESC`,
    );
    this.groupsOfPeer = new Statement(
      db,
      `SELECT g.id, g.newest_ms FROM op_groups AS g WHERE g.peer_id = ?1 AND ${GROUP_MATCHES}
       ORDER BY g.newest_ms DESC`,
    );
    this.byIds = new Statement(
      db,
      `SELECT o.start_ms, o.id FROM (SELECT DISTINCT value FROM json_each(?8)) AS wanted
       CROSS JOIN operations AS o ON o.id = wanted.value
       JOIN op_groups AS g ON g.id = o.group_id
       WHERE o.removed_as = 0 AND (?9 IS NULL OR o.flow_id = ?9) AND ${GROUP_MATCHES} AND ${ROW_MATCHES}`,
    );
    this.byFlow = new Statement(
      db,
      `SELECT o.start_ms, o.id FROM operations AS o INDEXED BY operations_by_flow
       JOIN op_groups AS g ON g.id = o.group_id
       WHERE o.flow_id = ?8 AND o.removed_as = 0 AND ${GROUP_MATCHES} AND ${ROW_MATCHES}`,
    );
    this.fetch = new Statement(
      db,
      `SELECT o.id, o.peer_id, o.flow_id, o.change, o.original_id, o.original_flow_id,
         CASE WHEN o.kind = ${KIND_RUN_HOOK} THEN coalesce(${PARENT_SQL}, 0) END, o.body
       FROM json_each(?) AS wanted CROSS JOIN operations AS o ON o.id = wanted.value`,
    );
  }

  /** Errors: `resource_exhausted` when the answer would be too large. */
  run(query: OperationQuery): { bytes: Uint8Array<ArrayBuffer>; count: number } {
    const ids = BigInt64Array.from(this.select(query)).sort();
    const writer = new OperationListWriter(Math.min(ids.length * USUAL_OPERATION_BYTES, MAX_FIRST_CAPACITY));
    const keys = new Map<bigint, Uint8Array>();
    for (let start = 0; start < ids.length; start += FETCH_CHUNK) {
      for (const row of this.fetch.each(`[${ids.subarray(start, start + FETCH_CHUNK).join()}]`)) {
        const [id, peerId, flowId, change, originalId, originalFlowId, parentId, body] = row;
        const keyid = keys.get(peerId) ?? this.keyBytes(peerId, keys);
        writer.add(body, { id, flowId, change, originalId, originalFlowId, keyid, parentId: parentId ?? undefined });
      }
      if (writer.byteLength > MAX_ANSWER_BYTES) throw tooLarge();
    }
    const { count } = writer;
    return { bytes: writer.finish(), count };
  }

  /** Hub ids of the operations that are asked for. */
  private select(query: OperationQuery): readonly bigint[] {
    const limit = query.lastN ?? 0;
    const peerId = query.originalInstanceKeyid === undefined ? null : this.peer(query.originalInstanceKeyid);
    if (peerId === undefined) return [];
    const group: GroupFilter = [peerId, query.instanceId ?? null, query.repoGuid ?? null, query.planId ?? null];
    const filter = rowFilterOf(query);
    if (query.ids !== undefined) {
      const wanted = `[${query.ids.join()}]`;
      return newestOf(this.byIds.all(...group, ...valuesOf(filter), wanted, query.flowId ?? null), limit);
    }
    if (query.flowId !== undefined) {
      return newestOf(this.byFlow.all(...group, ...valuesOf(filter), query.flowId), limit);
    }
    const groups = peerId === null ? this.groups : this.groupsOfPeer;
    return this.newest.find(groups.all(...group), limit, filter);
  }

  /** The peer that holds or held the key; the hub itself, whose key is empty, has no operations. */
  private peer(keyid: string): bigint | undefined {
    return this.peerOfKey.get(keyid)?.[0];
  }

  private keyBytes(peerId: bigint, keys: Map<bigint, Uint8Array>): Uint8Array {
    const bytes = encoder.encode(this.currentKey.get(peerId)?.[0] ?? "");
    keys.set(peerId, bytes);
    return bytes;
  }
}

function rowFilterOf({ snapshotId, modnoGte }: OperationQuery): RowFilter | undefined {
  if (snapshotId === undefined && modnoGte === undefined) return undefined;
  return {
    snapshotKey: snapshotId === undefined ? null : BigInt(snapshotKey(snapshotId)),
    snapshotId: snapshotId ?? null,
    changeGte: modnoGte ?? null,
  };
}

function valuesOf(filter: RowFilter | undefined): [bigint | null, string | null, bigint | null] {
  return [filter?.snapshotKey ?? null, filter?.snapshotId ?? null, filter?.changeGte ?? null];
}

/** Ids of the newest `limit` rows by start, then id; all of them when `limit` is 0. */
function newestOf(rows: [startMs: bigint, id: bigint][], limit: number): bigint[] {
  if (limit === 0 || rows.length <= limit) return rows.map(([, id]) => id);
  rows.sort((a, b) => compare(b[0], a[0]) || compare(b[1], a[1]));
  return rows.slice(0, limit).map(([, id]) => id);
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function tooLarge(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "the answer would be larger than 256 MiB; ask for fewer operations (last_n), or for one plan or repo",
  );
}
