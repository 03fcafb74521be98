import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import {
  ConnectionState,
  type RemoteConfig,
  type SyncStreamItem_SyncActionReceiveResources as Resources,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { PeerHello, PeerMessage } from "../dialect/dialect.js";
import type { HubError } from "../errors.js";
import { COMING_BACK_MS } from "../fleet/coming-back.js";
import { type EndingCause, shownEnding } from "../fleet/endings.js";
import type { PassOutcome, PeerFacts, PeerKeyRecord, PeerRecord, Store } from "../store/store.js";
import type { PeerBoard, PeerStatePatch } from "./board.js";
import type { Knock } from "./knocks.js";

export interface PeerStatusParts {
  readonly store: Store;
  readonly board: PeerBoard;
  readonly logger: Logger;
  readonly now: () => number;
  /** A copy without secrets, for readers. */
  readonly mask: (config: RemoteConfig) => RemoteConfig;
  /** The whole, sealed, for the store. */
  readonly seal: (config: RemoteConfig) => Uint8Array;
  /** What {@link seal} made; throws a HubError when it does not open. */
  readonly unseal: (sealed: Uint8Array) => RemoteConfig;
  readonly follower?: PeerFollower;
}

/** Told of the same things as they happen, for what else is said of peers. */
export interface PeerFollower {
  /** Also of one that is known from before this process, or has another key. */
  added(peer: PeerRecord, config: RemoteConfig | undefined, resources: Resources | undefined): void;
  connected(peer: PeerRecord): void;
  learned(peer: PeerRecord, message: { readonly config: RemoteConfig } | { readonly resources: Resources }): void;
  /** A pass over its history, or over what is new of it, begins. */
  catchUpBegan(peer: PeerRecord): void;
  /** So many operations are to come in this pass. */
  catchUpExpects(peer: PeerRecord, operations: number): void;
  /** So many came, in a pass or not. */
  operationsCame(peer: PeerRecord, operations: number): void;
  catchUpEnded(peer: PeerRecord): void;
  /** All of its history has come. */
  historyCame(peer: PeerRecord): void;
  disconnected(peer: PeerRecord): void;
  removed(peer: PeerRecord): void;
}

/** Heartbeats change a row of the store at most this often. */
const HEARTBEAT_SAVED_EVERY_MS = 60_000;

/** Keeps what sessions learn of their peers: on the board at once, in the store so that it outlives the process. */
export class PeerStatus {
  readonly #parts: PeerStatusParts;
  readonly #retryTimers = new Map<string, NodeJS.Timeout>();
  /** What is to be saved of peers of which a save is under way. */
  readonly #waitingFacts = new Map<number, PeerFacts>();
  readonly #savedMs = new Map<number, number>();
  /** Peers that had a session when the hub stopped, and none since. */
  readonly #comingBack = new Set<number>();
  #comingBackTimer: NodeJS.Timeout | undefined;
  /** Keys on the board that belong to no peer: they knocked. */
  readonly #strangers = new Set<string>();

  constructor(parts: PeerStatusParts) {
    this.#parts = parts;
  }

  /** Puts every known peer on the board. Nobody is connected after a start. */
  async load(): Promise<void> {
    for (const peer of await this.#parts.store.listPeers()) {
      if (peer.removedMs !== undefined) continue;
      this.added(peer);
      if (peer.facts.inSession === true) this.#comingBack.add(peer.id);
    }
    // A hub that is started twice in a row still expects them; one that they have left, does not.
    this.#comingBackTimer = setTimeout(() => {
      for (const peerId of this.#comingBack) this.#save(peerId, { inSession: false });
      this.#comingBack.clear();
    }, COMING_BACK_MS);
    this.#comingBackTimer.unref();
  }

  /** A peer was added, or is known from before this process. */
  added(peer: PeerRecord): void {
    this.#strangers.delete(currentKey(peer).keyid);
    const config = this.#storedConfig(peer);
    const resources = storedResources(peer);
    this.#parts.follower?.added(peer, config, resources);
    this.#parts.board.update(currentKey(peer).keyid, {
      instanceId: peer.instanceId,
      state: ConnectionState.DISCONNECTED,
      statusMessage:
        peer.facts.lastSeenMs === undefined ? "has not connected yet" : "not connected since the hub started",
      ...(peer.facts.lastHeartbeatMs === undefined ? {} : { lastHeartbeatMs: peer.facts.lastHeartbeatMs }),
      ...(resources === undefined ? {} : resourcesPatch(resources)),
      ...(config === undefined ? {} : { remoteConfig: this.#parts.mask(config) }),
    });
  }

  /** Whether this key on the board is nobody's whom the hub knows: it only knocked. */
  isStranger(keyid: string): boolean {
    return this.#strangers.has(keyid);
  }

  knocked(knock: Knock, dropped: Knock | undefined): void {
    if (dropped !== undefined && this.#strangers.delete(dropped.keyid)) {
      this.#parts.board.remove(dropped.keyid, "no longer waiting: newer machines knocked since");
    }
    // Nobody appears under the name of a peer; the list of those who wait says who tried.
    if (knock.reason === "instance-taken") return;
    // A seed handshake can be replayed: whoever does that must not change how a connected peer is shown.
    const shown = this.#parts.board.get(knock.keyid);
    if (shown?.state === ConnectionState.CONNECTED) return;
    if (shown === undefined) this.#strangers.add(knock.keyid);
    this.#parts.board.update(knock.keyid, {
      // A peer keeps the name under which the hub knows it, whatever it calls itself.
      instanceId: shown?.peerInstanceId || knock.instanceId,
      state: knock.reason === "unknown-key" ? ConnectionState.PENDING : ConnectionState.ERROR_AUTH,
      statusMessage: knock.message,
    });
  }

  /** Who knocked waits no more. */
  refused({ keyid }: Knock): void {
    if (this.#strangers.delete(keyid)) this.#parts.board.remove(keyid, "refused by an operator");
  }

  connected(peer: PeerRecord, hello: PeerHello, connection: { readonly encrypted: boolean }): void {
    this.#cancelRetry(hello.keyid);
    this.#comingBack.delete(peer.id);
    this.#parts.follower?.connected(peer);
    this.#parts.board.update(hello.keyid, {
      instanceId: peer.instanceId,
      state: ConnectionState.CONNECTED,
      statusMessage: "connected, reading its history",
    });
    this.#save(peer.id, {
      lastSeenMs: this.#parts.now(),
      inSession: true,
      capabilities: hello.capabilities,
      clearText: hello.clearText && !connection.encrypted,
    });
  }

  learned(
    peer: PeerRecord,
    message: Extract<PeerMessage, { kind: "heartbeat" | "resources" | "config" }>,
    nowMs: number,
  ): void {
    const { keyid } = currentKey(peer);
    switch (message.kind) {
      case "heartbeat":
        this.#parts.board.update(keyid, { lastHeartbeatMs: nowMs });
        if (nowMs - (this.#savedMs.get(peer.id) ?? 0) < HEARTBEAT_SAVED_EVERY_MS) return;
        this.#savedMs.set(peer.id, nowMs);
        return this.#save(peer.id, { lastHeartbeatMs: nowMs, lastSeenMs: nowMs });
      case "resources":
        this.#parts.follower?.learned(peer, { resources: message.resources });
        this.#parts.board.update(keyid, resourcesPatch(message.resources));
        return this.#save(peer.id, { resources: toBinary(ResourcesSchema, message.resources) });
      case "config":
        this.#parts.follower?.learned(peer, { config: message.config });
        this.#parts.board.update(keyid, { remoteConfig: this.#parts.mask(message.config) });
        return this.#save(peer.id, { sealedConfig: this.#parts.seal(message.config) });
    }
  }

  passBegan(peer: PeerRecord): void {
    this.#parts.follower?.catchUpBegan(peer);
  }

  passExpects(peer: PeerRecord, operations: number): void {
    this.#parts.follower?.catchUpExpects(peer, operations);
  }

  operationsCame(peer: PeerRecord, operations: number): void {
    this.#parts.follower?.operationsCame(peer, operations);
  }

  passEnded(peer: PeerRecord, full: boolean, outcome: PassOutcome, nowMs: number): void {
    this.#parts.follower?.catchUpEnded(peer);
    if (!full && !outcome.markHeld) return;
    this.#parts.board.update(currentKey(peer).keyid, { statusMessage: "connected" });
    if (!full) return;
    this.#parts.follower?.historyCame(peer);
    this.#save(peer.id, { lastFullPassMs: nowMs });
  }

  disconnected(
    peer: PeerRecord,
    reason: { readonly cause: EndingCause; readonly error: HubError },
    lastedMs: number,
  ): void {
    const { keyid } = currentKey(peer);
    this.#savedMs.delete(peer.id);
    this.#parts.follower?.disconnected(peer);
    if (reason.cause === "removed") return;
    const shown = shownEnding(reason.cause, lastedMs);
    this.#parts.board.update(keyid, { state: shown.state, statusMessage: reason.error.message });
    if (shown.retryWithinMs !== undefined) this.#expectRetry(keyid, shown.retryWithinMs);
    // A hub that stops ends the session; the machine would have kept it.
    this.#save(peer.id, { lastSeenMs: this.#parts.now(), inSession: reason.cause === "draining" });
  }

  removed(peer: PeerRecord): void {
    this.#comingBack.delete(peer.id);
    this.#parts.follower?.removed(peer);
    for (const { keyid } of peer.keys) {
      this.#cancelRetry(keyid);
      this.#parts.board.remove(keyid, "removed from this hub; its history is kept");
    }
  }

  /** A peer has another key: it is on the board once, under that one. */
  rekeyed(peer: PeerRecord): void {
    for (const { keyid, current } of peer.keys) {
      if (current) continue;
      this.#cancelRetry(keyid);
      this.#parts.board.remove(keyid, "this machine has a new key");
    }
    this.added(peer);
  }

  /** Clears every timer. */
  close(): void {
    clearTimeout(this.#comingBackTimer);
    for (const timer of this.#retryTimers.values()) clearTimeout(timer);
    this.#retryTimers.clear();
  }

  #expectRetry(keyid: string, withinMs: number): void {
    this.#cancelRetry(keyid);
    const timer = setTimeout(() => {
      this.#retryTimers.delete(keyid);
      if (this.#parts.board.get(keyid)?.state !== ConnectionState.RETRY_WAIT) return;
      this.#parts.board.update(keyid, {
        state: ConnectionState.DISCONNECTED,
        statusMessage: "did not come back when it was expected to",
      });
    }, withinMs);
    this.#retryTimers.set(keyid, timer);
  }

  #cancelRetry(keyid: string): void {
    clearTimeout(this.#retryTimers.get(keyid));
    this.#retryTimers.delete(keyid);
  }

  /** One save of a peer is under way at a time; what comes meanwhile is merged, so that nothing piles up. */
  #save(peerId: number, facts: PeerFacts): void {
    const waiting = this.#waitingFacts.get(peerId);
    this.#waitingFacts.set(peerId, { ...waiting, ...facts });
    if (waiting === undefined) void this.#saveWaiting(peerId);
  }

  async #saveWaiting(peerId: number): Promise<void> {
    try {
      for (;;) {
        const facts = this.#waitingFacts.get(peerId);
        if (facts === undefined || Object.keys(facts).length === 0) return;
        this.#waitingFacts.set(peerId, {});
        await this.#parts.store.savePeerFacts(peerId, facts);
      }
    } catch (reason) {
      this.#parts.logger.error({ peerId, err: reason }, "could not keep what was learned of a peer");
    } finally {
      this.#waitingFacts.delete(peerId);
    }
  }

  #storedConfig(peer: PeerRecord): RemoteConfig | undefined {
    if (peer.facts.sealedConfig === undefined) return undefined;
    try {
      return this.#parts.unseal(peer.facts.sealedConfig);
    } catch (reason) {
      // The loss of the sealing key costs only the secrets: the peer sends its configuration again.
      this.#parts.logger.warn({ peerId: peer.id, err: reason }, "a stored configuration does not open");
      return undefined;
    }
  }
}

/** The key that the peer uses now; every peer has one. */
export function currentKey(peer: PeerRecord): PeerKeyRecord {
  const key = peer.keys.find((candidate) => candidate.current) ?? peer.keys.at(-1);
  if (key === undefined) throw new Error(`peer ${peer.id} has no key`);
  return key;
}

function storedResources({ facts }: PeerRecord): Resources | undefined {
  return facts.resources === undefined
    ? undefined
    : fromBinary(ResourcesSchema, facts.resources, { readUnknownFields: false });
}

function resourcesPatch(resources: Resources): PeerStatePatch {
  return { knownRepos: resources.repos, knownPlans: resources.plans };
}
