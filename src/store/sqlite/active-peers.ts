import type { DatabaseSync } from "node:sqlite";
import { StoreFault } from "./fault.js";
import { Statement } from "./statement.js";

/** What the writer keeps in memory of a peer that sends. */
export interface ActivePeer {
  readonly id: number;
  keyid: string;
  /** The current key as reads show it, in UTF-8. */
  keyBytes: Uint8Array;
  /** The highest of the peer's own numbers ever stored: what lies above it is new without looking. */
  highestOriginalId: bigint;
  live: number;
  removed: number;
  poison: number;
}

type PeerRow = [removedMs: bigint | null, keyid: string, live: bigint, removed: bigint, poison: bigint];

const encoder = new TextEncoder();

/** The peers that have sent something since the hub started, and their counts. */
export class ActivePeers {
  private readonly peers = new Map<number, ActivePeer>();
  private readonly dirty = new Set<ActivePeer>();
  private readonly select: Statement<PeerRow>;
  private readonly selectHighest: Statement<[bigint | null]>;
  private readonly selectKey: Statement<[bigint]>;
  private readonly clearCurrent: Statement;
  private readonly setCurrent: Statement;
  private readonly saveCounts: Statement;

  constructor(db: DatabaseSync) {
    this.select = new Statement(
      db,
      `SELECT peers.removed_ms, peer_keys.keyid, peer_counts.live, peer_counts.removed, peer_counts.poison
       FROM peers
       JOIN peer_keys ON peer_keys.peer_id = peers.id AND peer_keys.is_current = 1
       JOIN peer_counts ON peer_counts.peer_id = peers.id
       WHERE peers.id = ?`,
    );
    this.selectHighest = new Statement(db, "SELECT max(original_id) FROM operations WHERE peer_id = ?");
    this.selectKey = new Statement(db, "SELECT id FROM peer_keys WHERE peer_id = ? AND keyid = ?");
    this.clearCurrent = new Statement(db, "UPDATE peer_keys SET is_current = 0 WHERE peer_id = ? AND is_current = 1");
    this.setCurrent = new Statement(db, "UPDATE peer_keys SET is_current = 1 WHERE peer_id = ? AND keyid = ?");
    this.saveCounts = new Statement(db, "UPDATE peer_counts SET live = ?, removed = ?, poison = ? WHERE peer_id = ?");
  }

  /** Errors: `not_found` for a peer that does not exist or was removed. */
  get(peerId: number): ActivePeer {
    const known = this.peers.get(peerId);
    if (known !== undefined) return known;
    const row = this.select.get(peerId);
    if (row === undefined || row[0] !== null) {
      throw new StoreFault("not_found", `the hub has no peer ${peerId}; it was removed or never paired`);
    }
    const [, keyid, live, removed, poison] = row;
    const peer = {
      id: peerId,
      keyid,
      keyBytes: encoder.encode(keyid),
      highestOriginalId: this.selectHighest.get(peerId)?.[0] ?? 0n,
      live: Number(live),
      removed: Number(removed),
      poison: Number(poison),
    };
    this.peers.set(peerId, peer);
    return peer;
  }

  /**
   * Makes `keyid`, under which the peer speaks now, its current key. A key that is not the peer's changes nothing, nor
   * does one that was replaced: what was received under it may still be on its way.
   */
  useKey(peer: ActivePeer, keyid: string): void {
    if (peer.keyid === keyid) return;
    const used = this.selectKey.get(peer.id, keyid)?.[0];
    const current = this.selectKey.get(peer.id, peer.keyid)?.[0];
    if (used === undefined || (current !== undefined && used < current)) return;
    this.clearCurrent.run(peer.id);
    this.setCurrent.run(peer.id, keyid);
    peer.keyid = keyid;
    peer.keyBytes = encoder.encode(keyid);
  }

  count(peer: ActivePeer, change: { live?: number; removed?: number; poison?: number }): void {
    peer.live += change.live ?? 0;
    peer.removed += change.removed ?? 0;
    peer.poison += change.poison ?? 0;
    this.dirty.add(peer);
  }

  save(): void {
    for (const peer of this.dirty) this.saveCounts.run(peer.live, peer.removed, peer.poison, peer.id);
    this.dirty.clear();
  }

  /** The peer is read anew when it sends the next time. */
  forgetPeer(peerId: number): void {
    this.save();
    this.peers.delete(peerId);
  }

  forget(): void {
    this.peers.clear();
    this.dirty.clear();
  }
}
