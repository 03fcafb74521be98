import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import type {
  RemoteConfig,
  SyncStreamItem_SyncActionReceiveResources,
  SyncStreamItem_SyncActionSetConfig,
} from "../../gen/v1sync/syncservice_pb.js";
import type { Generation } from "../store/store.js";
import type { Known, CatchUpStep } from "./catch-up.js";

/**
 * All operations that a peer may send, as two columns of the same length in no order: equal places belong together.
 * Each column is in memory of its own.
 */
export interface Manifest {
  readonly opIds: BigInt64Array<ArrayBuffer>;
  readonly modnos: BigInt64Array<ArrayBuffer>;
}

/** What a peer proved in its opening, before the hub looks up whether it knows that peer. */
export interface PeerHello {
  readonly generation: Generation;
  readonly keyid: string;
  readonly instanceId: string;
  /** True when whoever listens on the way can read the session and play its opening back. */
  readonly clearText: boolean;
  /** What it was given to be let in with, or empty; never to be logged. */
  readonly pairingSecret: string;
  /** What the peer announced beyond its generation's contract; empty for every upstream release. */
  readonly capabilities: readonly string[];
}

/** One vocabulary for what peers of every generation say after the opening. */
export type PeerMessage =
  | { readonly kind: "heartbeat" }
  /** The bytes of a `v1.OperationEvent`; they own their buffer. */
  /** `entries` is how many operations or ids the event holds. */
  | { readonly kind: "operations"; readonly event: Uint8Array; readonly entries: number }
  | { readonly kind: "resources"; readonly resources: SyncStreamItem_SyncActionReceiveResources }
  | { readonly kind: "config"; readonly config: RemoteConfig }
  /** Only from a peer that announced `logs`: asks for a log of the hub's. */
  | { readonly kind: "log-request"; readonly logId: string }
  /** Only from a peer that announced `logs`: a piece of a log, or why there is none; an empty piece is the end. */
  | {
      readonly kind: "log-data";
      readonly logId: string;
      /** The peer's own number of the operation that the log belongs to; 0 where it does not say. */
      readonly ownerOpid: bigint;
      /** Unix seconds; 0 where the peer does not say. */
      readonly expirationTsUnix: bigint;
      readonly chunk: Uint8Array;
      readonly errorMessage: string;
    }
  /** Only from a peer that announced `throttle`: it wants to hear nothing for so long; any number of 64 bits. */
  | { readonly kind: "throttle"; readonly delayMs: bigint }
  /** Everything that it may send, by id and modno. */
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  /** Well-formed, defined, and of no consequence: an operation event that only keeps alive. */
  | { readonly kind: "nothing" };

/** What the hub says to a peer, whatever its generation. */
export type HubMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "request-resources" }
  /** Everything that changed since the mark, inclusive; 0 asks for the whole history. */
  | { readonly kind: "request-operations"; readonly sinceModno: bigint }
  /** The peer sends its manifest again. */
  | { readonly kind: "request-manifest" }
  /** At most 256, out of the peer's manifest: it checks nothing, and v1.13.0 spoils longer answers. */
  | { readonly kind: "request-operation-data"; readonly opIds: readonly bigint[] | BigInt64Array }
  | { readonly kind: "config"; readonly config: RemoteConfig }
  | { readonly kind: "resources"; readonly resources: SyncStreamItem_SyncActionReceiveResources }
  /** Ends the session of a peer that has not granted it. */
  | { readonly kind: "set-config"; readonly change: SyncStreamItem_SyncActionSetConfig }
  /** The last three only to a peer that announced the capability: they end the session of any other. */
  | { readonly kind: "request-log"; readonly logId: string }
  | { readonly kind: "log-data"; readonly logId: string; readonly errorMessage: string }
  | { readonly kind: "throttle"; readonly delayMs: number };

/** What one session speaks behind its opening. It sends nothing, stores nothing and knows no clock. */
export interface Dialect {
  readonly generation: Generation;
  /** The hub's own handshake, to be sent only after the peer was accepted, before everything else. */
  writeHandshake(nowMs: number): SyncItem;
  /**
   * An item as it came.
   * @throws HubError for what a peer must not send
   */
  read(item: SyncItem): PeerMessage;
  write(message: HubMessage): SyncItem;
  /**
   * What was written, as it goes out. It is called at the moment when the item enters the stream, once an item, in the
   * stream's order: behind it the item must not be dropped or overtaken.
   */
  seal(item: SyncItem): SyncItem;
  /** The first step of this generation's way to catch up with its peer's history. */
  beginCatchUp(known: Known, nowMs: number): CatchUpStep;
}

/** What the hub announces in its handshake; see the handshake's `capabilities`. */
export const HUB_CAPABILITIES: readonly string[] = ["logs", "throttle"];
