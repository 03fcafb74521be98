import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  ListPeersResponseSchema,
  type Peer,
  PeerGeneration,
  PeerSchema,
  PeersService,
  PeerStatus,
} from "../../gen/hub/v1/peers_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { checkNewPeer } from "../connections/peers.js";
import { HubError } from "../errors.js";
import { answered } from "../rpc/answered.js";
import type { PeerRecord } from "../store/store.js";
import type { StoppedHub } from "./stopped-hub.js";

/** `hub.v1.PeersService` over the data directory of a hub that does not run. */
export function stoppedPeersRoutes(router: ConnectRouter, { store, identity }: StoppedHub): void {
  const { instanceId: hubId, ecdsa, ed25519 } = identity;
  const own = { instanceId: hubId, keyids: [ecdsa.keyid, ed25519.keyid] };
  router.service(PeersService, {
    listPeers: () =>
      answered(async () => {
        const peers = (await store.listPeers()).filter(({ removedMs }) => removedMs === undefined);
        return create(ListPeersResponseSchema, { peers: peers.map(peerMessage).toSorted(byInstance) });
      }),
    addPeer: ({ instanceId, keyid }) =>
      answered(async () => {
        const generation = checkNewPeer(instanceId, keyid, own);
        return { peer: peerMessage(await store.addPeer({ instanceId, keyid, generation, atMs: Date.now() })) };
      }),
    approvePeer: ({ keyid }) => {
      throw new HubError(
        "failed_precondition",
        `who waits for approval is only known to a running hub, and this one is stopped; add the machine with \`backrest-hub peers add --instance-id NAME --keyid ${keyid}\``,
      ).toConnectError();
    },
    refusePeer: () => {
      throw new HubError(
        "failed_precondition",
        "who waits for approval is only known to a running hub, and this one is stopped: nobody is let in by it",
      ).toConnectError();
    },
    resyncPeer: () => {
      throw new HubError(
        "failed_precondition",
        "a stopped hub cannot ask a peer for its history; start it, and it asks every peer for what changed when it connects",
      ).toConnectError();
    },
    removePeer: ({ peer: which }) =>
      answered(async () => {
        const peer =
          which.case === "keyid"
            ? await store.findPeerByKey(which.value)
            : await store.findPeerByInstance(which.value ?? "");
        if (peer === undefined)
          throw new HubError("not_found", "no peer has this id; `backrest-hub peers list` shows all of them");
        const removedMs = Date.now();
        await store.removePeer(peer.id, removedMs);
        return { peer: peerMessage({ ...peer, removedMs }) };
      }),
  });
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
