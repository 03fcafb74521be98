import type { DatabaseSync } from "node:sqlite";
import { OperationListWriter } from "../list-writer.js";
import type { OperationQuery } from "../store.js";
import { MAX_ANSWER_BYTES, MAX_ANSWER_OPERATIONS, MAX_FOUND_OPERATIONS } from "../answer-limits.js";
import { tooLarge, tooManyFound } from "./answer-limits.js";
import { IdList } from "./id-list.js";
import { NewestFinder, type RowFilter } from "./newest.js";
import { firstCapacity, OperationBodies } from "./operation-bodies.js";
import { snapshotKey } from "./snapshot-key.js";
import { Statement } from "./statement.js";

/** Names that a query may ask for, null where it does not. */
type GroupFilter = [peerId: bigint | null, instanceId: string | null, repoGuid: string | null, planId: string | null];

const GROUP_MATCHES = `(?1 IS NULL OR g.peer_id = ?1) AND (?2 IS NULL OR g.instance_id = ?2)
  AND (?3 IS NULL OR g.repo_guid = ?3) AND (?4 IS NULL OR g.plan_id = ?4)`;
const ROW_MATCHES = "(?5 IS NULL OR (o.snapshot_key = ?5 AND o.snapshot_id = ?6)) AND (?7 IS NULL OR o.change >= ?7)";

const NEWEST_FIRST = "ORDER BY o.start_ms DESC, o.id DESC";

/** Answers queries for operations with encoded lists; no operation is decoded. */
export class OperationQueries {
  private readonly newest: NewestFinder;
  private readonly peerOfKey: Statement<[bigint]>;
  private readonly groups: Statement<[id: bigint, newestMs: bigint]>;
  private readonly groupsOfPeer: Statement<[id: bigint, newestMs: bigint]>;
  private readonly byIds: Statement<[id: bigint]>;
  private readonly newestByIds: Statement<[id: bigint]>;
  private readonly byFlow: Statement<[id: bigint]>;
  private readonly newestByFlow: Statement<[id: bigint]>;
  private readonly bodies: OperationBodies;

  constructor(db: DatabaseSync) {
    this.newest = new NewestFinder(db);
    this.peerOfKey = new Statement(db, "SELECT peer_id FROM peer_keys WHERE keyid = ?");
    this.groups = new Statement(
      db,
      `SELECT g.id, g.newest_ms FROM op_groups AS g WHERE ${GROUP_MATCHES} ORDER BY g.newest_ms DESC`,
    );
    this.groupsOfPeer = new Statement(
      db,
      `SELECT g.id, g.newest_ms FROM op_groups AS g WHERE g.peer_id = ?1 AND ${GROUP_MATCHES}
       ORDER BY g.newest_ms DESC`,
    );
    const byIds = `
      SELECT o.id FROM (SELECT DISTINCT value FROM json_each(?8)) AS wanted
      CROSS JOIN operations AS o ON o.id = wanted.value
      JOIN op_groups AS g ON g.id = o.group_id
      WHERE o.removed_as = 0 AND (?9 IS NULL OR o.flow_id = ?9) AND ${GROUP_MATCHES} AND ${ROW_MATCHES}`;
    this.byIds = new Statement(db, `${byIds} LIMIT ?10`);
    this.newestByIds = new Statement(db, `${byIds} ${NEWEST_FIRST} LIMIT ?10`);
    const byFlow = `
      SELECT o.id FROM operations AS o INDEXED BY operations_by_flow
      JOIN op_groups AS g ON g.id = o.group_id
      WHERE o.flow_id = ?8 AND o.removed_as = 0 AND ${GROUP_MATCHES} AND ${ROW_MATCHES}`;
    this.byFlow = new Statement(db, `${byFlow} LIMIT ?9`);
    this.newestByFlow = new Statement(db, `${byFlow} ${NEWEST_FIRST} LIMIT ?9`);
    this.bodies = new OperationBodies(db);
  }

  /** Errors: `resource_exhausted` when the answer would be too large. */
  run(query: OperationQuery): { bytes: Uint8Array<ArrayBuffer>; count: number } {
    const found = this.select(query, MAX_ANSWER_OPERATIONS + 1);
    if (found.length > MAX_ANSWER_OPERATIONS) throw tooLarge();
    const ids = found.values().sort();
    const writer = new OperationListWriter(firstCapacity(ids.length));
    if (!this.bodies.write(ids, writer, MAX_ANSWER_BYTES)) throw tooLarge();
    const { count } = writer;
    return { bytes: writer.finish(), count };
  }

  /** Hub ids of the operations that match, in no order. Errors: `resource_exhausted` for more than 1,000,000. */
  find(query: OperationQuery): IdList {
    const found = this.select(query, MAX_FOUND_OPERATIONS + 1);
    if (found.length > MAX_FOUND_OPERATIONS) throw tooManyFound();
    return found;
  }

  /** Hub ids of the operations that are asked for, no more than `most` of them. */
  private select(query: OperationQuery, most: number): IdList {
    const limit = query.lastN ?? 0;
    const peerId = query.originalInstanceKeyid === undefined ? null : this.peer(query.originalInstanceKeyid);
    if (peerId === undefined) return new IdList();
    const group: GroupFilter = [peerId, query.instanceId ?? null, query.repoGuid ?? null, query.planId ?? null];
    const filter = rowFilterOf(query);
    const count = limit === 0 ? most : Math.min(limit, most);
    if (query.ids !== undefined) {
      const byIds = limit === 0 ? this.byIds : this.newestByIds;
      const wanted = `[${query.ids.join()}]`;
      return listOf(byIds.each(...group, ...valuesOf(filter), wanted, query.flowId ?? null, count));
    }
    if (query.flowId !== undefined) {
      const byFlow = limit === 0 ? this.byFlow : this.newestByFlow;
      return listOf(byFlow.each(...group, ...valuesOf(filter), query.flowId, count));
    }
    const groups = peerId === null ? this.groups : this.groupsOfPeer;
    return this.newest.find(groups.each(...group), { limit, most }, filter);
  }

  /** The peer that holds or held the key; the hub itself, whose key is empty, has no operations. */
  private peer(keyid: string): bigint | undefined {
    return this.peerOfKey.get(keyid)?.[0];
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

function listOf(rows: Iterable<[id: bigint]>): IdList {
  const ids = new IdList();
  for (const [id] of rows) ids.add(id);
  return ids;
}
