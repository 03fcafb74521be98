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
  /** `entries` is how many operations or ids the event holds. */
  | { readonly kind: "operations"; readonly event: Uint8Array; readonly entries: number }
  | { readonly kind: "resources"; readonly resources: SyncStreamItem_SyncActionReceiveResources }
  | { readonly kind: "config"; readonly config: RemoteConfig }
  /** Well-formed, defined, and of no consequence: an operation event that only keeps alive. */
  | { readonly kind: "nothing" };

/** What the hub says to a peer, whatever its generation. */
export type HubMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "request-resources" }
  /** Everything that changed since the mark, inclusive; 0 asks for the whole history. */
  | { readonly kind: "request-operations"; readonly sinceModno: bigint };

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
  /** Throws a HubError for what a peer must not send. */
  read(item: SyncItem): PeerMessage;
  write(message: HubMessage): SyncItem;
}

/** What the hub announces in its handshake; see the handshake's `capabilities`. */
export const HUB_CAPABILITIES: readonly string[] = ["logs", "throttle"];
