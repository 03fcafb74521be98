import type { DatabaseSync } from "node:sqlite";
import type { PeerFacts, PeerKeyRecord, PeerRecord } from "../store.js";
import { grantsFromJson } from "./grants-json.js";
import { Statement } from "./statement.js";

type PeerRow = [
  id: bigint,
  instanceId: string,
  addedMs: bigint,
  removedMs: bigint | null,
  lastSeenMs: bigint | null,
  lastHeartbeatMs: bigint | null,
  lastFullPassMs: bigint | null,
  capabilities: string | null,
  clearText: bigint | null,
  inSession: bigint | null,
  markModno: bigint | null,
  markOriginalId: bigint | null,
  resources: Uint8Array<ArrayBuffer> | null,
  sealedConfig: Uint8Array<ArrayBuffer> | null,
  live: bigint,
  poison: bigint,
  grants: string | null,
];
type KeyRow = [peerId: bigint, keyid: string, generation: string, addedMs: bigint, isCurrent: bigint];

const SELECT = `
  SELECT peers.id, instance_id, added_ms, removed_ms, last_seen_ms, last_heartbeat_ms, last_full_pass_ms, capabilities,
    clear_text, in_session, mark_modno, mark_original_id, resources, sealed_config, live, poison, grants
  FROM peers
  JOIN peer_counts ON peer_counts.peer_id = peers.id
  LEFT JOIN peer_documents ON peer_documents.peer_id = peers.id`;
const SELECT_KEYS = "SELECT peer_id, keyid, generation, added_ms, is_current FROM peer_keys";

/** Reads peers as whole records. */
export class PeerRows {
  private readonly selectAll: Statement<PeerRow>;
  private readonly selectById: Statement<PeerRow>;
  private readonly selectByKey: Statement<PeerRow>;
  private readonly selectByInstance: Statement<PeerRow>;
  private readonly allKeys: Statement<KeyRow>;
  private readonly keysOf: Statement<KeyRow>;

  constructor(db: DatabaseSync) {
    this.selectAll = new Statement(db, `${SELECT} ORDER BY peers.id`);
    this.selectById = new Statement(db, `${SELECT} WHERE peers.id = ?`);
    this.selectByKey = new Statement(
      db,
      `${SELECT} WHERE peers.id = (SELECT peer_id FROM peer_keys WHERE keyid = ?) AND removed_ms IS NULL`,
    );
    this.selectByInstance = new Statement(db, `${SELECT} WHERE instance_id = ? AND removed_ms IS NULL`);
    this.allKeys = new Statement(db, `${SELECT_KEYS} ORDER BY id`);
    this.keysOf = new Statement(db, `${SELECT_KEYS} WHERE peer_id = ? ORDER BY id`);
  }

  all(): PeerRecord[] {
    const keys = Map.groupBy(this.allKeys.all(), ([peerId]) => peerId);
    return this.selectAll.all().map((row) => toRecord(row, keys.get(row[0]) ?? []));
  }

  byId(peerId: number): PeerRecord | undefined {
    return this.record(this.selectById.get(peerId));
  }

  byKey(keyid: string): PeerRecord | undefined {
    return this.record(this.selectByKey.get(keyid));
  }

  byInstance(instanceId: string): PeerRecord | undefined {
    return this.record(this.selectByInstance.get(instanceId));
  }

  private record(row: PeerRow | undefined): PeerRecord | undefined {
    return row === undefined ? undefined : toRecord(row, this.keysOf.all(row[0]));
  }
}

function toRecord(row: PeerRow, keys: readonly KeyRow[]): PeerRecord {
  const [id, instanceId, addedMs, removedMs] = row;
  const [, , , , , , , , , , markModno, markOriginalId, , , live, poison, grants] = row;
  return {
    id: Number(id),
    instanceId,
    keys: keys.map(toKey),
    addedMs: Number(addedMs),
    ...(grants === null ? {} : { grants: grantsFromJson(grants) }),
    ...(removedMs === null ? {} : { removedMs: Number(removedMs) }),
    facts: toFacts(row),
    ...(markModno === null || markOriginalId === null
      ? {}
      : { mark: { modno: markModno, originalId: markOriginalId } }),
    operationCount: live,
    poisonCount: poison,
  };
}

function toKey([, keyid, generation, addedMs, isCurrent]: KeyRow): PeerKeyRecord {
  return {
    keyid,
    generation: generation === "seed" ? "seed" : "current",
    addedMs: Number(addedMs),
    current: isCurrent === 1n,
  };
}

function toFacts(row: PeerRow): PeerFacts {
  const [, , , , lastSeenMs, lastHeartbeatMs, lastFullPassMs, capabilities, clearText, inSession] = row;
  const [, , , , , , , , , , , , resources, sealedConfig] = row;
  return {
    ...(lastSeenMs === null ? {} : { lastSeenMs: Number(lastSeenMs) }),
    ...(lastHeartbeatMs === null ? {} : { lastHeartbeatMs: Number(lastHeartbeatMs) }),
    ...(lastFullPassMs === null ? {} : { lastFullPassMs: Number(lastFullPassMs) }),
    ...(resources === null ? {} : { resources }),
    ...(sealedConfig === null ? {} : { sealedConfig }),
    ...(capabilities === null ? {} : { capabilities: toStrings(JSON.parse(capabilities)) }),
    ...(clearText === null ? {} : { clearText: clearText === 1n }),
    ...(inSession === null ? {} : { inSession: inSession === 1n }),
  };
}

function toStrings(json: unknown): string[] {
  return Array.isArray(json) ? json.map(String) : [];
}
