import type { DatabaseSync } from "node:sqlite";
import type { HostGrantsRecord, PushItems, PushQuery, PushRecord, PushState, SharedRepoRecord } from "../pushes.js";
import { grantsFromJson } from "./grants-json.js";
import { Statement } from "./statement.js";

type SharedRow = [id: string, guid: string, sealedRepo: Uint8Array<ArrayBuffer>, updatedMs: bigint];
type PushRow = [
  id: bigint,
  peerId: bigint,
  sharedRepo: string | null,
  items: string,
  sealedChange: Uint8Array<ArrayBuffer>,
  createdMs: bigint,
  createdBy: string,
  state: string,
  words: string,
  sentMs: bigint | null,
  sentModno: bigint | null,
  attempts: bigint,
  endedMs: bigint | null,
];

const SELECT = `
  SELECT id, peer_id, shared_repo, items, sealed_change, created_ms, created_by, state, words, sent_ms, sent_modno,
    attempts, ended_ms
  FROM pushes`;
const STATES: readonly PushState[] = ["pending", "applied", "refused", "superseded", "sent", "expired"];

/** Reads shared repos, what peers allow the hub, and pushes. */
export class PushRows {
  private readonly selectShared: Statement<SharedRow>;
  private readonly selectHostGrants: Statement<[grants: string, refusedMs: bigint | null]>;
  private readonly selectById: Statement<PushRow>;
  private readonly selectAll: Statement<PushRow>;
  private readonly selectOpen: Statement<PushRow>;
  private readonly selectOfPeer: Statement<PushRow>;
  private readonly selectOpenOfPeer: Statement<PushRow>;

  constructor(db: DatabaseSync) {
    this.selectShared = new Statement(db, "SELECT id, guid, sealed_repo, updated_ms FROM shared_repos ORDER BY id");
    this.selectHostGrants = new Statement(db, "SELECT grants, refused_ms FROM host_grants WHERE peer_id = ?");
    const newest = "ORDER BY id DESC LIMIT ?";
    this.selectById = new Statement(db, `${SELECT} WHERE id = ?`);
    this.selectAll = new Statement(db, `${SELECT} ${newest}`);
    this.selectOpen = new Statement(db, `${SELECT} WHERE ended_ms IS NULL ${newest}`);
    this.selectOfPeer = new Statement(db, `${SELECT} WHERE peer_id = ? ${newest}`);
    this.selectOpenOfPeer = new Statement(db, `${SELECT} WHERE peer_id = ? AND ended_ms IS NULL ${newest}`);
  }

  sharedRepos(): SharedRepoRecord[] {
    return this.selectShared
      .all()
      .map(([id, guid, sealedRepo, updatedMs]) => ({ id, guid, sealedRepo, updatedMs: Number(updatedMs) }));
  }

  hostGrants(peerId: number): HostGrantsRecord | undefined {
    const row = this.selectHostGrants.get(peerId);
    if (row === undefined) return undefined;
    const [grants, refusedMs] = row;
    return {
      peerId,
      grants: grantsFromJson(grants),
      ...(refusedMs === null ? {} : { refusedMs: Number(refusedMs) }),
    };
  }

  byId(id: number): PushRecord | undefined {
    const row = this.selectById.get(id);
    return row === undefined ? undefined : toPush(row);
  }

  list({ peerId, openOnly = false, limit }: PushQuery): PushRecord[] {
    const rows =
      peerId === undefined
        ? (openOnly ? this.selectOpen : this.selectAll).all(limit)
        : (openOnly ? this.selectOpenOfPeer : this.selectOfPeer).all(peerId, limit);
    return rows.map(toPush);
  }
}

function toPush(row: PushRow): PushRecord {
  const [id, peerId, sharedRepo, items, sealedChange, createdMs, createdBy] = row;
  const [state, words, sentMs, sentModno, attempts, endedMs] = [row[7], row[8], row[9], row[10], row[11], row[12]];
  return {
    id: Number(id),
    peerId: Number(peerId),
    ...(sharedRepo === null ? {} : { sharedRepo }),
    items: itemsFromJson(items),
    sealedChange,
    createdMs: Number(createdMs),
    createdBy,
    state: STATES.find((known) => known === state) ?? "pending",
    words,
    ...(sentMs === null ? {} : { sentMs: Number(sentMs) }),
    ...(sentModno === null ? {} : { sentModno: Number(sentModno) }),
    attempts: Number(attempts),
    ...(endedMs === null ? {} : { endedMs: Number(endedMs) }),
  };
}

function itemsFromJson(json: string): PushItems {
  const value: unknown = JSON.parse(json);
  const list = (name: string): string[] => {
    const ids: unknown = value instanceof Object ? Reflect.get(value, name) : undefined;
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  };
  return {
    repos: list("repos"),
    plans: list("plans"),
    reposToDelete: list("reposToDelete"),
    plansToDelete: list("plansToDelete"),
  };
}
