import type { Grant, PeerRecord } from "./store.js";

/** A `v1.Repo` that the hub shares, sealed: the store cannot read it. */
export interface SharedRepoRecord {
  readonly id: string;
  readonly guid: string;
  readonly sealedRepo: Uint8Array;
  readonly updatedMs: number;
}

/** What a peer allows the hub, as somebody read it on that machine. */
export interface HostGrantsRecord {
  readonly peerId: number;
  readonly grants: readonly Grant[];
  /** When the peer refused what was recorded as allowed; nothing is, then, until it is recorded anew. */
  readonly refusedMs?: number;
}

/**
 * - `pending`: waits for the peer, for the push before it, or, once it was sent, for the peer's next configuration
 * - `applied`: the peer's configuration shows it
 * - `refused`: the peer did not take it
 * - `superseded`: a newer one took its place, or the peer is gone
 * - `sent`: it went out, and nothing that the peer shows can confirm it
 * - `expired`: the peer could not be reached for too long
 */
export type PushState = "pending" | "applied" | "refused" | "superseded" | "sent" | "expired";

/** The ids that a change names, without any content. */
export interface PushItems {
  readonly repos: readonly string[];
  readonly plans: readonly string[];
  readonly reposToDelete: readonly string[];
  readonly plansToDelete: readonly string[];
}

export interface NewPush {
  readonly peerId: number;
  /** The shared repo that it brings; absent for a change that somebody made by hand. */
  readonly sharedRepo?: string;
  readonly items: PushItems;
  /** A `SyncActionSetConfig`, sealed; empty once a change that somebody made by hand has ended. */
  readonly sealedChange: Uint8Array;
  readonly createdMs: number;
  readonly createdBy: string;
}

export interface PushRecord extends NewPush {
  /** Never given out again; a newer push has the higher one. */
  readonly id: number;
  readonly state: PushState;
  /** For a person. */
  readonly words: string;
  /** When it last went out. */
  readonly sentMs?: number;
  /** The number of the peer's configuration that it was sent for. */
  readonly sentModno?: number;
  /** How often it went out. */
  readonly attempts: number;
  /** Set when it is not pending any more. */
  readonly endedMs?: number;
}

/** Fields that are absent stay as they are. */
export interface PushChange {
  readonly state?: PushState;
  readonly words?: string;
  readonly sentMs?: number;
  readonly sentModno?: number;
  readonly attempts?: number;
  readonly endedMs?: number;
}

export interface PushQuery {
  readonly peerId?: number;
  readonly openOnly?: boolean;
  readonly limit: number;
}

/** How many pushes that ended are kept of each peer. */
export const ENDED_PUSHES_KEPT = 200;
/** The most shared repos that are kept. */
export const MAX_SHARED_REPOS = 100;

/** What the store keeps of pushes; all that is written is committed like {@link Store.addPeer}. */
export interface PushStore {
  /** By id. */
  listSharedRepos(): Promise<SharedRepoRecord[]>;
  /** Adds it or takes the place of the one with its id. Errors: `already_exists`, `resource_exhausted`. */
  putSharedRepo(repo: SharedRepoRecord): Promise<void>;
  /** Errors: `not_found`. */
  removeSharedRepo(id: string): Promise<void>;
  /** Sets what a peer may do at the hub. Errors: `not_found`. */
  setPeerGrants(peerId: number, grants: readonly Grant[]): Promise<PeerRecord>;
  findHostGrants(peerId: number): Promise<HostGrantsRecord | undefined>;
  setHostGrants(record: HostGrantsRecord): Promise<void>;
  /**
   * Keeps a push and ends those that it supersedes, as one. Of those that ended the newest 200 of the peer stay.
   * Errors: `not_found` when the peer does not exist or was removed.
   */
  addPush(push: NewPush, supersedes: readonly number[]): Promise<PushRecord>;
  /** Errors: `not_found`. */
  changePush(id: number, change: PushChange): Promise<PushRecord>;
  /** The newest first. */
  listPushes(query: PushQuery): Promise<PushRecord[]>;
}
