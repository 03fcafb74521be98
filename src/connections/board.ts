import { create } from "@bufbuild/protobuf";
import {
  ConnectionState,
  type PeerState,
  PeerStateSchema,
  type PlanMetadata,
  type RemoteConfig,
  type RepoMetadata,
} from "../../gen/v1sync/syncservice_pb.js";
import type { HubError } from "../errors.js";
import { type ListChanges, NOBODY_TOLD } from "../notices.js";
import { Waiter } from "../waiter.js";

/** What readers see of one peer; a change replaces the fields that it names. */
export interface PeerStatePatch {
  readonly instanceId?: string;
  readonly state?: ConnectionState;
  readonly statusMessage?: string;
  readonly knownRepos?: RepoMetadata[];
  readonly knownPlans?: PlanMetadata[];
  /** Secrets already masked: what stands here is shown to everybody who may read. */
  readonly remoteConfig?: RemoteConfig;
  readonly lastHeartbeatMs?: number;
}

/**
 * The latest state of every peer and of everyone who knocks, by key id, and who follows it. A slow reader gets the
 * latest state of each peer when it reads, not every state that was.
 */
export class PeerBoard {
  readonly #states = new Map<string, PeerState>();
  readonly #watchers = new Set<BoardWatcher>();
  readonly #lists: ListChanges;
  readonly #onConnection: (keyid: string, connected: boolean) => void;

  /** @param onConnection told of a key whose session opened or ended */
  constructor(lists: ListChanges = NOBODY_TOLD, onConnection: (keyid: string, connected: boolean) => void = () => {}) {
    this.#lists = lists;
    this.#onConnection = onConnection;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  get(keyid: string): PeerState | undefined {
    return this.#states.get(keyid);
  }

  list(): PeerState[] {
    return [...this.#states.values()];
  }

  /** Messages are never changed once they are on the board: a reader may be encoding one. */
  update(keyid: string, patch: PeerStatePatch): void {
    const before = this.#states.get(keyid) ?? create(PeerStateSchema, { peerKeyid: keyid });
    this.#set({
      ...before,
      peerInstanceId: patch.instanceId ?? before.peerInstanceId,
      state: patch.state ?? before.state,
      statusMessage: patch.statusMessage ?? before.statusMessage,
      knownRepos: patch.knownRepos ?? before.knownRepos,
      knownPlans: patch.knownPlans ?? before.knownPlans,
      lastHeartbeatMillis:
        patch.lastHeartbeatMs === undefined ? before.lastHeartbeatMillis : BigInt(patch.lastHeartbeatMs),
      ...(patch.remoteConfig === undefined ? {} : { remoteConfig: patch.remoteConfig }),
    });
    const connected = isConnected(this.#states.get(keyid));
    if (isConnected(before) !== connected) this.#onConnection(keyid, connected);
    // That a machine lives is no news; whether it has what is shared with it shows in its configuration.
    if (Object.keys(patch).some((field) => field !== "lastHeartbeatMs")) this.#lists.changed("peer-states");
    if (patch.remoteConfig !== undefined) this.#lists.changed("shared-repos");
  }

  /** The peer is gone from the hub: followers get one last state, without a connection, and then no more of it. */
  remove(keyid: string, why: string): void {
    const before = this.#states.get(keyid);
    if (before === undefined) return;
    this.#states.delete(keyid);
    const last = create(PeerStateSchema, {
      peerKeyid: keyid,
      peerInstanceId: before.peerInstanceId,
      state: ConnectionState.UNKNOWN,
      statusMessage: why,
    });
    for (const watcher of this.#watchers) watcher.changed(last);
    if (isConnected(before)) this.#onConnection(keyid, false);
    this.#lists.changed("peer-states");
  }

  /** Follows from now on, all present states first; `close` must be called. */
  watch(): BoardWatcher {
    const watcher = new BoardWatcher(this.list(), () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  #set(state: PeerState): void {
    this.#states.set(state.peerKeyid, state);
    for (const watcher of this.#watchers) watcher.changed(state);
  }
}

function isConnected(state: PeerState | undefined): boolean {
  return state?.state === ConnectionState.CONNECTED;
}

/** One reader of the board. What waits for it is bounded by the number of peers. */
export class BoardWatcher {
  readonly #pending = new Map<string, PeerState>();
  readonly #waiter = new Waiter();
  readonly #onClose: () => void;

  constructor(present: readonly PeerState[], onClose: () => void) {
    for (const state of present) this.#pending.set(state.peerKeyid, state);
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#waiter.closed;
  }

  changed(state: PeerState): void {
    this.#pending.set(state.peerKeyid, state);
    this.#waiter.wake();
  }

  /** The reader gets this error instead of the next state. */
  fail(error: HubError): void {
    this.#waiter.fail(error);
  }

  /**
   * A state that this reader has not seen, or undefined when none came within `timeoutMs` or the watcher was closed.
   * @throws HubError what {@link fail} was given
   */
  async next(timeoutMs: number): Promise<PeerState | undefined> {
    if (this.#pending.size === 0) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    const first = this.#pending.entries().next();
    if (first.done || this.closed) return undefined;
    const [keyid, state] = first.value;
    this.#pending.delete(keyid);
    return state;
  }

  close(): void {
    if (this.#waiter.close()) this.#onClose();
  }
}
