import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import type { RemoteConfig, SyncStreamItem_SyncActionReceiveResources } from "../../gen/v1sync/syncservice_pb.js";
import type { Generation } from "../store/store.js";

/** What a peer proved in its opening, before the hub looks up whether it knows that peer. */
export interface PeerHello {
  readonly generation: Generation;
  readonly keyid: string;
  readonly instanceId: string;
  /** True when whoever listens on the way can read the session and play its opening back. */
  readonly clearText: boolean;
  /** What the peer announced beyond its generation's contract; empty for every upstream release. */
  readonly capabilities: readonly string[];
}

/** One vocabulary for what peers of every generation say after the opening. */
export type PeerMessage =
  | { readonly kind: "heartbeat" }
  /** The bytes of a `v1.OperationEvent`; they own their buffer. */
  | { readonly kind: "operations"; readonly event: Uint8Array }
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
  /** Well-formed, defined, and of no consequence: an operation event that only keeps alive. */
  | { readonly kind: "nothing" };

/** What the hub says to a peer, whatever its generation. */
export type HubMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "request-resources" }
  /** Everything that changed since the mark, inclusive; 0 asks for the whole history. */
  | { readonly kind: "request-operations"; readonly sinceModno: bigint }
  /** The last three only to a peer that announced the capability: they end the session of any other. */
  | { readonly kind: "request-log"; readonly logId: string }
  | { readonly kind: "log-data"; readonly logId: string; readonly errorMessage: string }
  | { readonly kind: "throttle"; readonly delayMs: number };

/** Who the hub is, as an opening needs it. */
export interface HostIdentity {
  readonly instanceId: string;
  readonly ecdsa: { readonly keyid: string; readonly ed25519pub: string; sign(payload: Uint8Array): Uint8Array };
}

/** One generation of the protocol. Pure but for keys: it sends nothing, stores nothing and knows no clock. */
export interface Dialect {
  readonly generation: Generation;
  /**
   * Checks a peer's handshake in full.
   * Throws a HubError whose words tell the peer's operator what to do.
   */
  readHandshake(item: SyncItem, nowMs: number): PeerHello;
  /** The hub's own handshake, to be sent only after the peer was accepted. */
  writeHandshake(nowMs: number): SyncItem;
  /**
   * Throws a HubError for what a peer must not send.
   * @param capabilities what this peer announced in its handshake
   */
  read(item: SyncItem, capabilities: readonly string[]): PeerMessage;
  write(message: HubMessage): SyncItem;
}

/** What the hub announces in its handshake; see the handshake's `capabilities`. */
export const HUB_CAPABILITIES: readonly string[] = ["logs", "throttle"];
