import { createClient } from "@connectrpc/connect";
import {
  type ListPeersResponse,
  type Peer,
  PeersService,
  type RefusePeerResponse,
  type ResyncPeerResponse,
} from "../../gen/hub/v1/peers_pb.js";
import type { WhichPeer } from "../connections/peers.js";
import { HubError } from "../errors.js";
import type { CliContext } from "./context.js";
import { findHub, type RunningTarget, type TargetOptions } from "./hub-connection.js";
import { onHub } from "./on-hub.js";
import type { StoppedHub } from "./stopped-hub.js";
import { stoppedPeersRoutes } from "./stopped-peers.js";
import { stoppedTransport } from "./stopped-transport.js";

/** The peers of a hub, whether it runs or not. Methods reject with a HubError or a ConnectError. */
export interface PeersTarget {
  list(): Promise<ListPeersResponse>;
  add(instanceId: string, keyid: string): Promise<Peer>;
  approve(keyid: string): Promise<Peer>;
  refuse(keyid: string): Promise<RefusePeerResponse>;
  remove(which: WhichPeer): Promise<Peer>;
  resync(which: WhichPeer): Promise<ResyncPeerResponse>;
}

/** Does the work on the running hub, or on its data directory when it does not run. */
export async function withPeers<T>(
  options: TargetOptions,
  context: CliContext,
  work: (peers: PeersTarget) => Promise<T>,
): Promise<T> {
  return onHub(await findHub(options, context), { running: runningPeers, stopped: stoppedPeers }, work);
}

function stoppedPeers(hub: StoppedHub): PeersTarget {
  return runningPeers({ transport: stoppedTransport(hub, (router) => stoppedPeersRoutes(router, hub)) });
}

function runningPeers({ transport }: Pick<RunningTarget, "transport">): PeersTarget {
  const client = createClient(PeersService, transport);
  return {
    list: () => client.listPeers({}),
    add: async (instanceId, keyid) => told((await client.addPeer({ instanceId, keyid })).peer),
    approve: async (keyid) => told((await client.approvePeer({ keyid })).peer),
    refuse: (keyid) => client.refusePeer({ keyid }),
    remove: async (which) => told((await client.removePeer({ peer: named(which) })).peer),
    resync: (which) => client.resyncPeer({ peer: named(which) }),
  };
}

function named(which: WhichPeer): { case: "keyid" | "instanceId"; value: string } {
  return "keyid" in which ? { case: "keyid", value: which.keyid } : { case: "instanceId", value: which.instanceId };
}

function told(peer: Peer | undefined): Peer {
  if (peer === undefined) throw new HubError("internal", "the hub did not say what became of the peer");
  return peer;
}
