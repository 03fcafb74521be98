import type { RemoteConfig } from "../../../gen/v1sync/syncservice_pb.js";
import type {
  SyncStreamItem_SyncActionReceiveResources as Resources,
  SyncStreamItem_SyncActionSetConfig as SetConfig,
} from "../../../gen/v1sync/syncservice_pb.js";
import type { PeerMessage } from "../dialect.js";
import type { Manifest } from "./manifest.js";

/** What a peer of the current generation says after the opening. */
export type CurrentPeerMessage =
  | PeerMessage
  /** Everything that it may send, by id and modno. */
  | { readonly kind: "manifest"; readonly manifest: Manifest };

/** What the hub says to a peer of the current generation. */
export type CurrentHubMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "request-resources" }
  /** The peer sends its manifest again. */
  | { readonly kind: "request-manifest" }
  /** At most {@link MAX_REQUESTED_IDS}, out of the peer's manifest: it checks nothing. */
  | { readonly kind: "request-operation-data"; readonly opIds: readonly bigint[] | BigInt64Array }
  | { readonly kind: "config"; readonly config: RemoteConfig }
  | { readonly kind: "resources"; readonly resources: Resources }
  /** Ends the session of a peer that has not granted it. */
  | { readonly kind: "set-config"; readonly change: SetConfig };

/** v1.13.0 spoils longer answers. */
export const MAX_REQUESTED_IDS = 256;
