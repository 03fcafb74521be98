import type { DatabaseSync } from "node:sqlite";
import type { NewPeer, NewPeerKey, PeerFacts, PeerRecord } from "../store.js";
import type { ActivePeers } from "./active-peers.js";
import { StoreFault } from "./fault.js";
import { PeerRows } from "./peer-rows.js";
import { Statement } from "./statement.js";

/** Adds, changes and removes peers. */
export class PeerChanges {
  private readonly rows: PeerRows;
  private readonly ownerOfKey: Statement<[peerId: bigint, removedMs: bigint | null]>;
  private readonly insertPeer: Statement<[bigint]>;
  private readonly insertCounts: Statement;
  private readonly insertKey: Statement;
  private readonly clearCurrent: Statement;
  private readonly setCurrent: Statement;
  private readonly restore: Statement;
  private readonly remove: Statement;
  private readonly saveFacts: Statement;
  private readonly saveDocuments: Statement;

  constructor(
    db: DatabaseSync,
    private readonly active: ActivePeers,
  ) {
    this.rows = new PeerRows(db);
    this.ownerOfKey = new Statement(
      db,
      `SELECT peers.id, peers.removed_ms FROM peer_keys JOIN peers ON peers.id = peer_keys.peer_id
       WHERE peer_keys.keyid = ?`,
    );
    this.insertPeer = new Statement(db, "INSERT INTO peers (instance_id, added_ms) VALUES (?, ?) RETURNING id");
    this.insertCounts = new Statement(db, "INSERT INTO peer_counts (peer_id) VALUES (?)");
    this.insertKey = new Statement(
      db,
      "INSERT INTO peer_keys (keyid, peer_id, generation, added_ms, is_current) VALUES (?, ?, ?, ?, 1)",
    );
    this.clearCurrent = new Statement(db, "UPDATE peer_keys SET is_current = 0 WHERE peer_id = ? AND is_current = 1");
    this.setCurrent = new Statement(db, "UPDATE peer_keys SET is_current = 1 WHERE keyid = ?");
    this.restore = new Statement(db, "UPDATE peers SET instance_id = ?, removed_ms = NULL WHERE id = ?");
    this.remove = new Statement(
      db,
      "UPDATE peers SET removed_ms = ?, in_session = 0 WHERE id = ? AND removed_ms IS NULL",
    );
    this.saveFacts = new Statement(
      db,
      `UPDATE peers SET
         last_seen_ms = coalesce(?, last_seen_ms),
         last_heartbeat_ms = coalesce(?, last_heartbeat_ms),
         last_full_pass_ms = coalesce(?, last_full_pass_ms),
         capabilities = coalesce(?, capabilities),
         clear_text = coalesce(?, clear_text),
         in_session = coalesce(?, in_session)
       WHERE id = ?`,
    );
    this.saveDocuments = new Statement(
      db,
      `INSERT INTO peer_documents (peer_id, resources, sealed_config) VALUES (?, ?, ?)
       ON CONFLICT (peer_id) DO UPDATE SET
         resources = coalesce(excluded.resources, resources),
         sealed_config = coalesce(excluded.sealed_config, sealed_config)`,
    );
  }

  add(peer: NewPeer): PeerRecord {
    const owner = this.ownerOfKey.get(peer.keyid);
    const holder = this.rows.byInstance(peer.instanceId);
    if (holder !== undefined && BigInt(holder.id) !== owner?.[0]) {
      throw new StoreFault(
        "already_exists",
        `the instance id ${JSON.stringify(peer.instanceId)} belongs to another peer; remove that one first, or give this machine another instance id`,
      );
    }
    if (owner === undefined) return this.create(peer);
    const [id, removedMs] = owner;
    if (removedMs === null && holder === undefined) throw keyIsTaken();
    if (removedMs !== null) this.restore.run(peer.instanceId, id);
    this.makeCurrent(Number(id), peer.keyid);
    return this.record(Number(id));
  }

  addKey(peerId: number, key: NewPeerKey): PeerRecord {
    this.active.get(peerId);
    const owner = this.ownerOfKey.get(key.keyid);
    if (owner !== undefined && owner[0] !== BigInt(peerId)) throw keyIsTaken();
    this.clearCurrent.run(peerId);
    if (owner === undefined) this.insertKey.run(key.keyid, peerId, key.generation, key.atMs);
    else this.setCurrent.run(key.keyid);
    this.active.forgetPeer(peerId);
    return this.record(peerId);
  }

  removePeer(peerId: number, atMs: number): void {
    this.active.get(peerId);
    this.remove.run(atMs, peerId);
    this.active.forgetPeer(peerId);
  }

  /** Errors: `not_found`. */
  save(peerId: number, facts: PeerFacts): void {
    this.active.get(peerId);
    const { lastSeenMs, lastHeartbeatMs, lastFullPassMs, capabilities, clearText, inSession } = facts;
    const { resources, sealedConfig } = facts;
    this.saveFacts.run(
      lastSeenMs ?? null,
      lastHeartbeatMs ?? null,
      lastFullPassMs ?? null,
      capabilities === undefined ? null : JSON.stringify(capabilities),
      clearText === undefined ? null : Number(clearText),
      inSession === undefined ? null : Number(inSession),
      peerId,
    );
    if (resources === undefined && sealedConfig === undefined) return;
    this.saveDocuments.run(peerId, resources ?? null, sealedConfig ?? null);
  }

  private create(peer: NewPeer): PeerRecord {
    const id = this.insertPeer.get(peer.instanceId, peer.atMs)?.[0];
    if (id === undefined) throw new Error("an inserted peer gave no id back");
    this.insertCounts.run(id);
    this.insertKey.run(peer.keyid, id, peer.generation, peer.atMs);
    return this.record(Number(id));
  }

  private makeCurrent(peerId: number, keyid: string): void {
    this.clearCurrent.run(peerId);
    this.setCurrent.run(keyid);
    this.active.forgetPeer(peerId);
  }

  private record(peerId: number): PeerRecord {
    const record = this.rows.byId(peerId);
    if (record === undefined) throw new Error(`peer ${peerId} cannot be read back`);
    return record;
  }
}

function keyIsTaken(): StoreFault {
  return new StoreFault(
    "already_exists",
    "this key belongs to another peer; a machine that was copied needs a key of its own",
  );
}
