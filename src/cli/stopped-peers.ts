import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  ListPeersResponseSchema,
  type Peer,
  PeerGeneration,
  PeerSchema,
  PeerStatus,
} from "../../gen/hub/v1/peers_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { checkNewPeer } from "../connections/peers.js";
import { HubError } from "../errors.js";
import type { PeerRecord } from "../store/store.js";
import type { PeersTarget } from "./peers-target.js";
import type { StoppedHub } from "./stopped-hub.js";

/** The peers in the data directory of a hub that does not run. */
export function stoppedPeers({ store, identity }: StoppedHub): PeersTarget {
  const { instanceId, ecdsa, ed25519 } = identity;
  const own = { instanceId, keyids: [ecdsa.keyid, ed25519.keyid] };
  return {
    list: async () => {
      const peers = (await store.listPeers()).filter(({ removedMs }) => removedMs === undefined);
      return create(ListPeersResponseSchema, { peers: peers.map(peerMessage).toSorted(byInstance) });
    },
    add: async (peer, keyid) => {
      const generation = checkNewPeer(peer, keyid, own);
      return peerMessage(await store.addPeer({ instanceId: peer, keyid, generation, atMs: Date.now() }));
    },
    approve: async (keyid) => {
      throw new HubError(
        "failed_precondition",
        `who waits for approval is only known to a running hub, and this one is stopped; add the machine with \`backrest-hub peers add --instance-id NAME --keyid ${keyid}\``,
      );
    },
    resync: async () => {
      throw new HubError(
        "failed_precondition",
        "a stopped hub cannot ask a peer for its history; start it, and it asks every peer for what changed when it connects",
      );
    },
    remove: async (which) => {
      const peer =
        "keyid" in which ? await store.findPeerByKey(which.keyid) : await store.findPeerByInstance(which.instanceId);
      if (peer === undefined)
        throw new HubError("not_found", "no peer has this id; `backrest-hub peers list` shows all of them");
      const removedMs = Date.now();
      await store.removePeer(peer.id, removedMs);
      return peerMessage({ ...peer, removedMs });
    },
  };
}

function peerMessage(peer: PeerRecord): Peer {
  const { facts } = peer;
  return create(PeerSchema, {
    instanceId: peer.instanceId,
    keyid: peer.keys.find(({ current }) => current)?.keyid ?? "",
    keys: peer.keys.map(({ keyid, addedMs, current, generation }) => ({
      keyid,
      addedAt: timestampFromMs(addedMs),
      current,
      generation: generation === "seed" ? PeerGeneration.SEED : PeerGeneration.CURRENT,
    })),
    status: peer.removedMs === undefined ? PeerStatus.APPROVED : PeerStatus.REMOVED,
    connectionState: ConnectionState.DISCONNECTED,
    statusMessage: "the hub is stopped",
    operationCount: peer.operationCount,
    poisonCount: peer.poisonCount,
    capabilities: [...(facts.capabilities ?? [])],
    permissions: (peer.grants ?? []).map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
    clearText: facts.clearText ?? false,
    ...(facts.lastSeenMs === undefined ? {} : { lastSeen: timestampFromMs(facts.lastSeenMs) }),
    ...(facts.lastFullPassMs === undefined ? {} : { lastFullPass: timestampFromMs(facts.lastFullPassMs) }),
  });
}

function byInstance(one: Peer, other: Peer): number {
  return one.instanceId < other.instanceId ? -1 : 1;
}
