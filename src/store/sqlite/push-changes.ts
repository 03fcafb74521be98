import type { DatabaseSync } from "node:sqlite";
import {
  ENDED_PUSHES_KEPT,
  type HostGrantsRecord,
  MAX_SHARED_REPOS,
  type NewPush,
  type PushChange,
  type PushRecord,
  type SharedRepoRecord,
} from "../pushes.js";
import type { Grant, PeerRecord } from "../store.js";
import type { ActivePeers } from "./active-peers.js";
import { StoreFault } from "./fault.js";
import { grantsToJson } from "./grants-json.js";
import { PeerRows } from "./peer-rows.js";
import { PushRows } from "./push-rows.js";
import { Statement } from "./statement.js";

/** Behind its end only the content of a shared repo is needed, to tell whether the peer has met it. */
const KEPT = "CASE WHEN shared_repo IS NULL THEN x'' ELSE sealed_change END";
const SUPERSEDED = "a newer push took its place before it was sent";

/** Changes shared repos, what peers allow the hub, and pushes, each inside the transaction of its request. */
export class PushChanges {
  private readonly rows: PushRows;
  private readonly peerRows: PeerRows;
  private readonly ownerOfGuid: Statement<[id: string]>;
  private readonly isShared: Statement<[bigint]>;
  private readonly countShared: Statement<[bigint]>;
  private readonly saveShared: Statement;
  private readonly deleteShared: Statement;
  private readonly saveGrants: Statement;
  private readonly saveHostGrants: Statement;
  private readonly insert: Statement<[bigint]>;
  private readonly supersede: Statement;
  private readonly update: Statement;
  private readonly forgetOld: Statement;

  constructor(
    db: DatabaseSync,
    private readonly peers: ActivePeers,
  ) {
    this.rows = new PushRows(db);
    this.peerRows = new PeerRows(db);
    this.ownerOfGuid = new Statement(db, "SELECT id FROM shared_repos WHERE guid = ?");
    this.isShared = new Statement(db, "SELECT 1 FROM shared_repos WHERE id = ?");
    this.countShared = new Statement(db, "SELECT count(*) FROM shared_repos");
    this.saveShared = new Statement(
      db,
      `INSERT INTO shared_repos (id, guid, sealed_repo, updated_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         guid = excluded.guid, sealed_repo = excluded.sealed_repo, updated_ms = excluded.updated_ms`,
    );
    this.deleteShared = new Statement(db, "DELETE FROM shared_repos WHERE id = ?");
    this.saveGrants = new Statement(db, "UPDATE peers SET grants = ? WHERE id = ?");
    this.saveHostGrants = new Statement(
      db,
      `INSERT INTO host_grants (peer_id, grants, refused_ms) VALUES (?, ?, ?)
       ON CONFLICT (peer_id) DO UPDATE SET grants = excluded.grants, refused_ms = excluded.refused_ms`,
    );
    this.insert = new Statement(
      db,
      `INSERT INTO pushes (peer_id, shared_repo, items, sealed_change, created_ms, created_by, state, words)
       VALUES (?, ?, ?, ?, ?, ?, 'pending', '') RETURNING id`,
    );
    this.supersede = new Statement(
      db,
      `UPDATE pushes SET state = 'superseded', words = ?, ended_ms = ?, sealed_change = ${KEPT}
       WHERE id = ? AND peer_id = ? AND ended_ms IS NULL`,
    );
    this.update = new Statement(
      db,
      `UPDATE pushes SET state = coalesce(?1, state), words = coalesce(?2, words), sent_ms = coalesce(?3, sent_ms),
         sent_modno = coalesce(?4, sent_modno), attempts = coalesce(?5, attempts), ended_ms = coalesce(?6, ended_ms),
         sealed_change = CASE WHEN ?6 IS NULL THEN sealed_change ELSE ${KEPT} END
       WHERE id = ?7`,
    );
    this.forgetOld = new Statement(
      db,
      `DELETE FROM pushes WHERE id IN (
         SELECT id FROM pushes WHERE peer_id = ? AND ended_ms IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    );
  }

  /** Errors: `already_exists`, `resource_exhausted`. */
  putShared({ id, guid, sealedRepo, updatedMs }: SharedRepoRecord): void {
    const owner = this.ownerOfGuid.get(guid)?.[0];
    if (owner !== undefined && owner !== id) {
      throw new StoreFault(
        "already_exists",
        `the shared repo "${owner}" is the same repository (guid ${guid}); change that one`,
      );
    }
    if (this.isShared.get(id) === undefined && Number(this.countShared.get()?.[0] ?? 0n) >= MAX_SHARED_REPOS) {
      throw new StoreFault(
        "resource_exhausted",
        `the hub shares ${MAX_SHARED_REPOS} repos, which is all it keeps; remove one that nobody needs`,
      );
    }
    this.saveShared.run(id, guid, sealedRepo, updatedMs);
  }

  /** Errors: `not_found`. */
  removeShared(id: string): void {
    if (this.deleteShared.run(id) === 0) throw new StoreFault("not_found", `the hub shares no repo "${id}"`);
  }

  /** Errors: `not_found`. */
  setPeerGrants(peerId: number, grants: readonly Grant[]): PeerRecord {
    this.peers.get(peerId);
    this.saveGrants.run(grantsToJson(grants), peerId);
    const peer = this.peerRows.byId(peerId);
    if (peer === undefined) throw new Error(`peer ${peerId} cannot be read back`);
    return peer;
  }

  setHostGrants({ peerId, grants, refusedMs }: HostGrantsRecord): void {
    this.peers.get(peerId);
    this.saveHostGrants.run(peerId, grantsToJson(grants), refusedMs ?? null);
  }

  /** Errors: `not_found`. */
  add(push: NewPush, supersedes: readonly number[]): PushRecord {
    const { peerId, sharedRepo, items, sealedChange, createdMs, createdBy } = push;
    this.peers.get(peerId);
    for (const id of supersedes) this.supersede.run(SUPERSEDED, createdMs, id, peerId);
    const json = JSON.stringify(items);
    const id = this.insert.get(peerId, sharedRepo ?? null, json, sealedChange, createdMs, createdBy)?.[0];
    this.forgetOld.run(peerId, ENDED_PUSHES_KEPT);
    return this.stored(Number(id));
  }

  /** Errors: `not_found`. */
  change(id: number, { state, words, sentMs, sentModno, attempts, endedMs }: PushChange): PushRecord {
    const values = [state, words, sentMs, sentModno, attempts, endedMs].map((value) => value ?? null);
    if (this.update.run(...values, id) === 0) throw new StoreFault("not_found", `the hub has no push ${id} any more`);
    return this.stored(id);
  }

  private stored(id: number): PushRecord {
    const push = this.rows.byId(id);
    if (push === undefined) throw new Error(`push ${id} cannot be read back`);
    return push;
  }
}
