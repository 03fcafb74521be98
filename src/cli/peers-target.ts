import { createClient } from "@connectrpc/connect";
import { type ListPeersResponse, type Peer, PeersService } from "../../gen/hub/v1/peers_pb.js";
import { HubError } from "../errors.js";
import type { DataPaths } from "../identity/paths.js";
import type { CliContext } from "./context.js";
import { findHub, isNobodyThere, type RunningTarget, type TargetOptions, withAddress } from "./hub-connection.js";
import { openStoppedPeers } from "./stopped-peers.js";

/** The peers of a hub, whether it runs or not. Methods reject with a HubError or a ConnectError. */
export interface PeersTarget {
  list(): Promise<ListPeersResponse>;
  add(instanceId: string, keyid: string): Promise<Peer>;
  approve(keyid: string): Promise<Peer>;
  remove(which: { readonly instanceId: string } | { readonly keyid: string }): Promise<Peer>;
}

/** Does the work on the running hub, or on its data directory when it does not run. */
export async function withPeers<T>(
  options: TargetOptions,
  context: CliContext,
  work: (peers: PeersTarget) => Promise<T>,
): Promise<T> {
  const hub = await findHub(options, context);
  if (hub.kind === "stopped") return onStopped(hub.paths, work);
  try {
    return await work(runningPeers(hub));
  } catch (reason) {
    if (hub.paths !== undefined && isNobodyThere(reason)) return await onStopped(hub.paths, work);
    throw withAddress(reason, hub);
  }
}

async function onStopped<T>(paths: DataPaths, work: (peers: PeersTarget) => Promise<T>): Promise<T> {
  const peers = await openStoppedPeers(paths);
  try {
    return await work(peers);
  } finally {
    await peers.close();
  }
}

function runningPeers({ transport }: RunningTarget): PeersTarget {
  const client = createClient(PeersService, transport);
  return {
    list: () => client.listPeers({}),
    add: async (instanceId, keyid) => told((await client.addPeer({ instanceId, keyid })).peer),
    approve: async (keyid) => told((await client.approvePeer({ keyid })).peer),
    remove: async (which) => {
      const peer =
        "keyid" in which
          ? { case: "keyid" as const, value: which.keyid }
          : { case: "instanceId" as const, value: which.instanceId };
      return told((await client.removePeer({ peer })).peer);
    },
  };
}

function told(peer: Peer | undefined): Peer {
  if (peer === undefined) throw new HubError("internal", "the hub did not say what became of the peer");
  return peer;
}
