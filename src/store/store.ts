import type { Multihost_Permission_Type } from "../../gen/v1/config_pb.js";
import type { HubError } from "../errors.js";
import type { AccessStore } from "./access.js";
import type { ClearStore } from "./clear.js";
import type { BackupProgress, FleetStore } from "./fleet.js";
import type { HistoryStore } from "./history.js";
import type { LogQuery, LogRecord, LogStats, NamedLog, NewLog } from "./logs.js";
import type { RefusalChanges, RefusalRecord } from "./refusals.js";
import type { SummaryStore } from "./summaries.js";
import type { NewPairingToken, PairingOutcome, PairingRequest, PairingTokenRecord } from "./pairing.js";
import type { PushStore } from "./pushes.js";

/**
 * What the hub keeps, as one asynchronous interface. Each method is one unit of work inside the engine: it happens
 * whole or not at all (but see {@link Store.compareManifest}), and nobody above sees a transaction or an SQL type. Methods reject with a HubError.
 *
 * Order: calls that write are carried out in the order in which they were made, so that a new session's first call
 * comes after the old session's last batch.
 */
export interface Store extends AccessStore, ClearStore, FleetStore, HistoryStore, PushStore, SummaryStore {
  // ---- peers
  listPeers(): Promise<PeerRecord[]>;
  /** The peer that holds or held this key and is not removed. */
  findPeerByKey(keyid: string): Promise<PeerRecord | undefined>;
  /** The peer with this instance id that is not removed. */
  findPeerByInstance(instanceId: string): Promise<PeerRecord | undefined>;
  /**
   * Adds a peer, committed so that a power cut cannot take it back. A removed peer with the same key comes back with
   * its history, and a peer that is there already is given back as it is. Errors: `already_exists` when the instance
   * id or the key belongs to another peer.
   */
  addPeer(peer: NewPeer): Promise<PeerRecord>;
  /**
   * Gives a peer another key (a re-install or another generation, approved by the operator) and makes it the current
   * one; asked again with a key that the peer has, that key becomes current. Committed like {@link addPeer}.
   * Errors: `not_found`, `already_exists` when the key belongs to another peer.
   */
  addPeerKey(peerId: number, key: NewPeerKey): Promise<PeerRecord>;
  /** Marks a peer as removed; its history stays. Errors: `not_found`. Committed like {@link addPeer}. */
  removePeer(peerId: number, atMs: number): Promise<void>;
  /** Keeps what a session learned of its peer. Fields that are absent stay as they are. */
  savePeerFacts(peerId: number, facts: PeerFacts): Promise<void>;

  // ---- pairing, committed like addPeer
  /**
   * Keeps a token. Those that ended more than a week ago are forgotten, and sooner when there are too many.
   * Errors: `failed_precondition` when 1,000 of them are still good.
   */
  addPairingToken(token: NewPairingToken): Promise<PairingTokenRecord>;
  /** The oldest first, those that ended included. */
  listPairingTokens(): Promise<PairingTokenRecord[]>;
  /** Forgets a token and gives it back as it was. Errors: `not_found`. */
  revokePairingToken(id: number): Promise<PairingTokenRecord>;
  /**
   * Decides whether a machine pairs and records it, as one: of those who race for a token's last use one wins. A
   * refusal is an answer, not an error, and changes nothing.
   */
  pair(request: PairingRequest): Promise<PairingOutcome>;

  // ---- history, written
  /**
   * Stores one message of operations; resolves after the commit. The frame's buffer is handed over and unusable after.
   * Nothing that a peer sends is an error but its sheer number. Errors: `not_found` when the peer does not exist or was
   * removed, `resource_exhausted` for more than 65,536 operations or 1,000,000 deleted ids, `unavailable` when the disk
   * is full or fails: the message can be sent again.
   */
  ingest(frame: IngestFrame): Promise<IngestOutcome>;
  /** Begins a pass over a peer's whole or recent history; a pass that was open for this peer is forgotten. */
  beginPass(pass: PassStart): Promise<void>;
  /**
   * Compares all that a peer may send with what is stored, within the full pass that this session has begun. What is not
   * listed, and did not come since the pass began, is marked as removed; not so what a Backrest leaves out by mistake.
   * The frame's buffers are handed over and unusable after. Without such a pass nothing is removed. When the pass ends,
   * what was wanted and did not come is marked as removed as well.
   *
   * A large manifest is compared in pieces, each committed, with other calls carried out in between; readers may see
   * part of the removals. What is handed over of the same peer meanwhile counts as having come before the manifest was
   * compared, but its events come first: who tells watchers waits for this answer.
   */
  compareManifest(manifest: ManifestFrame): Promise<ManifestOutcome>;
  /**
   * Ends the pass behind its proven fence. `removed` is not zero only for a full pass. A pass that is not open any more,
   * or was begun by another session, ends nothing: `markHeld` is false and the stored mark stays.
   */
  endPass(pass: PassEnd): Promise<PassOutcome>;
  /**
   * Forgets the pass that this session has begun, which otherwise keeps what it noted until the peer's next one: for
   * the end of a session. A pass of another session stays, and without one nothing happens.
   */
  abandonPass(peerId: number, session: number): Promise<void>;

  // ---- history, read
  /**
   * Newest `lastN` operations that match, in ascending order of hub id, as the bytes of a `v1.OperationList`.
   * Errors: `resource_exhausted` when the answer would hold more than 50,000 operations or 32 MiB, or the query more than
   * 10,000 ids; `unavailable` when the thread that reads died over it; it starts again by itself.
   */
  queryOperations(query: OperationQuery): Promise<OperationListBytes>;
  stats(): Promise<StoreStats>;

  // ---- logs
  /** Nothing when there is no such operation, or it names no such log. What has expired is not kept any more. */
  readLog(query: LogQuery): Promise<LogRecord | undefined>;
  /** Keeps a log; the oldest of the same peer make way for it when they take too much together. */
  saveLog(log: NewLog): Promise<void>;
  /** Deletes the logs that have expired and returns how many they were. */
  removeExpiredLogs(nowMs: number): Promise<number>;

  // ---- refused connections
  /** The longest unseen first. */
  listRefusals(): Promise<RefusalRecord[]>;
  /** Keeps what became of the record. Whoever calls keeps the number of entries bounded. */
  saveRefusals(changes: RefusalChanges): Promise<void>;

  // ---- the store itself
  /** Proves that a write reaches the database, and that a peer can be looked up in it. */
  probe(): Promise<void>;
  /**
   * Tells the engine whether anybody follows the live feed, so that it need not prepare events for nobody. Resolves when
   * it is so: what was handed over before is then in every read, and what comes later brings its events.
   * Errors: `unavailable` when the database is locked for long or the thread that writes died; the engine may then still
   * follow or not.
   */
  followEvents(follow: boolean): Promise<void>;
  /** Waits for what was handed over, writes it out and closes. */
  close(): Promise<void>;
}

export type Generation = "seed" | "current";

/** One `v1.Multihost.Permission`: what an instance may do at another. */
export interface Grant {
  readonly type: Multihost_Permission_Type;
  readonly scopes: readonly string[];
}

export interface PeerKeyRecord {
  readonly keyid: string;
  readonly generation: Generation;
  readonly addedMs: number;
  /** True for the one key that the peer uses now. */
  readonly current: boolean;
}

export interface PeerRecord {
  /** The hub's own number of the peer; never seen by clients. */
  readonly id: number;
  readonly instanceId: string;
  /** Oldest first; exactly one is current. */
  readonly keys: readonly PeerKeyRecord[];
  readonly addedMs: number;
  /** What it may do at the hub; absent when nobody said so. */
  readonly grants?: readonly Grant[];
  /** Set when the peer was removed. */
  readonly removedMs?: number;
  readonly facts: PeerFacts;
  /** How far the hub's knowledge of this peer's history reaches, in the peer's own numbers. */
  readonly mark?: Mark;
  /** Operations stored that the peer has not removed. */
  readonly operationCount: bigint;
  /** Operations that were skipped because they would not decode. */
  readonly poisonCount: bigint;
}

export interface NewPeerKey {
  readonly keyid: string;
  readonly generation: Generation;
  readonly atMs: number;
}

export interface NewPeer extends NewPeerKey {
  readonly instanceId: string;
}

/** What the last session learned of a peer. */
export interface PeerFacts {
  readonly lastSeenMs?: number;
  readonly lastHeartbeatMs?: number;
  readonly lastFullPassMs?: number;
  /** The bytes of a `SyncActionReceiveResources`. */
  readonly resources?: Uint8Array;
  /** A `v1sync.RemoteConfig`, sealed: the store cannot read it. */
  readonly sealedConfig?: Uint8Array;
  readonly capabilities?: readonly string[];
  /** True when the last session came in clear text. */
  readonly clearText?: boolean;
  /** Whether it has a session; of a peer that nothing was heard of since the hub started, whether it had one when the hub stopped. */
  readonly inSession?: boolean;
}

/** The row up to which a peer's history is known: its modno and its id, both in the peer's own numbers. */
export interface Mark {
  readonly modno: bigint;
  readonly originalId: bigint;
}

export interface IngestFrame {
  readonly peerId: number;
  /** The number of the session that received it; answers carry it back. */
  readonly session: number;
  /** The peer's key in this session, which becomes its current one unless it was replaced; reads show it as `original_instance_keyid`. */
  readonly keyid: string;
  /** The bytes of a `v1.OperationEvent` that owns its ArrayBuffer. */
  readonly event: Uint8Array;
  readonly atMs: number;
  /** Whether the answer is to name the logs of operations that ended in an error. */
  readonly wantLogs?: boolean;
}

export interface IngestOutcome {
  readonly session: number;
  /** New to those who watch: rows that were removed and came back included. */
  readonly created: number;
  readonly updated: number;
  /** Rows marked as removed, those that made way for a reused id included. */
  readonly removed: number;
  /** Came again exactly as it is stored. */
  readonly unchanged: number;
  /** Skipped because it would not decode; recorded and counted. */
  readonly poison: number;
  /** What watchers are told, each the bytes of a `v1.OperationEvent` in the hub's numbers; empty when nobody follows. */
  readonly events: readonly Uint8Array[];
  /** True when a backup began, ended, was planned or is planned no more: a verdict may be another. */
  readonly backupsChanged?: boolean;
  /** Of backups that run and told how far they are; the last 64. */
  readonly backupProgress?: readonly BackupProgress[];
  /** Logs of operations that came, or came changed, with an error as their end; the last 64, askable names only. */
  readonly failedLogs?: readonly NamedLog[];
}

export interface PassStart {
  readonly peerId: number;
  readonly session: number;
  /** A full pass (the peer was asked for everything) may mark what does not come as removed. */
  readonly full: boolean;
}

/** Two columns of the same length: equal places belong together, in no order, and no id comes twice. */
export interface ManifestFrame {
  readonly peerId: number;
  readonly session: number;
  readonly opIds: BigInt64Array<ArrayBuffer>;
  readonly modnos: BigInt64Array<ArrayBuffer>;
  /** Whether also what seems to be stored already is wanted. */
  readonly everything: boolean;
  readonly atMs: number;
}

export interface ManifestOutcome {
  /** The peer's own ids that are to be asked for, ascending: new ones, changed ones, and those that may be others now. */
  readonly wanted: BigInt64Array<ArrayBuffer>;
  readonly removed: number;
  readonly events: readonly Uint8Array[];
  /** Why the comparison ended halfway: what is removed by then stays and is told, and nothing is wanted. */
  readonly failure?: HubError;
  /** See {@link IngestOutcome.backupsChanged}. */
  readonly backupsChanged?: boolean;
}

export interface PassEnd extends PassStart {
  readonly atMs: number;
}

export interface PassOutcome {
  /**
   * False when the row at the mark did not come back as the same operation: the mark is worth nothing, is forgotten, and
   * a full pass is due. Always true after a full pass, which makes a mark of its own.
   */
  readonly markHeld: boolean;
  readonly mark?: Mark;
  readonly removed: number;
  readonly events: readonly Uint8Array[];
  /** See {@link IngestOutcome.backupsChanged}. */
  readonly backupsChanged?: boolean;
}

/** Fields are ANDed; an absent field matches everything, an empty string only the empty string. */
export interface OperationQuery {
  readonly ids?: readonly bigint[];
  readonly planId?: string;
  readonly snapshotId?: string;
  readonly flowId?: bigint;
  readonly instanceId?: string;
  readonly repoGuid?: string;
  readonly originalInstanceKeyid?: string;
  readonly modnoGte?: bigint;
  /** 0 or absent: all. Newest by start time, then hub id. */
  readonly lastN?: number;
}

export interface OperationListBytes {
  /** A `v1.OperationList`, encoded. */
  readonly bytes: Uint8Array;
  readonly count: number;
}

export interface StoreStats {
  readonly logs: LogStats;
  readonly peers: number;
  readonly operations: bigint;
  readonly removed: bigint;
  readonly poison: bigint;
}
