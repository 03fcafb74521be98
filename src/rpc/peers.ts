import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  KnockReason,
  type KnockSchema,
  ListPeersResponseSchema,
  PeerGeneration,
  type PeerSchema,
  PeersService,
  PeerStatus,
  type RemovePeerRequest,
} from "../../gen/hub/v1/peers_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { kCaller } from "../access/caller.js";
import type { PeerBoard } from "../connections/board.js";
import type { Knock, KnockList, KnockReason as Reason } from "../connections/knocks.js";
import { currentKey } from "../connections/peer-status.js";
import type { Peers, WhichPeer } from "../connections/peers.js";
import { HubError } from "../errors.js";
import type { PeerRecord } from "../store/store.js";
import { answered } from "./answered.js";

export interface PeersRoutesParts {
  readonly peers: Peers;
  readonly knocks: KnockList;
  readonly board: PeerBoard;
  /** When anything last came from a peer that is connected. */
  readonly heardMs: (peerId: number) => number | undefined;
}

const REASONS: Record<Reason, KnockReason> = {
  "unknown-key": KnockReason.UNKNOWN_KEY,
  "instance-mismatch": KnockReason.INSTANCE_MISMATCH,
  "clear-text": KnockReason.CLEAR_TEXT,
  "instance-taken": KnockReason.INSTANCE_TAKEN,
};

/** `hub.v1.PeersService`: who may sync with this hub. */
export function peersRoutes(router: ConnectRouter, { peers, knocks, board, heardMs }: PeersRoutesParts): void {
  const show = (peer: PeerRecord) => peerMessage(peer, board, heardMs(peer.id));
  router.service(PeersService, {
    listPeers: () =>
      answered(async () =>
        create(ListPeersResponseSchema, {
          peers: (await peers.list()).map(show),
          knocks: knocks.list().map(knockMessage),
        }),
      ),
    addPeer: ({ instanceId, keyid }, { values }) =>
      answered(async () => ({ peer: show(await peers.add(instanceId, keyid, isAdmin(values))) })),
    approvePeer: ({ keyid }, { values }) =>
      answered(async () => ({ peer: show(await peers.approve(keyid, isAdmin(values))) })),
    refusePeer: ({ keyid }) => answered(async () => ({ knock: knockMessage(peers.refuse(keyid)) })),
    removePeer: ({ peer }) => answered(async () => ({ peer: show(await peers.remove(which(peer))) })),
    resyncPeer: ({ peer }) =>
      answered(async () => {
        const { peer: asked, connected } = await peers.resync(which(peer));
        return { peer: show(asked), connected };
      }),
  });
}

function isAdmin(values: HandlerContext["values"]): boolean {
  return values.get(kCaller)?.role === "admin";
}

function which(peer: RemovePeerRequest["peer"]): WhichPeer {
  switch (peer.case) {
    case "instanceId":
      return { instanceId: peer.value };
    case "keyid":
      return { keyid: peer.value };
    case undefined:
      throw new HubError("invalid_argument", "say which peer: its instance_id or its keyid");
  }
}

function peerMessage(
  peer: PeerRecord,
  board: PeerBoard,
  heardMs: number | undefined,
): MessageInitShape<typeof PeerSchema> {
  const { keyid } = currentKey(peer);
  const shown = board.get(keyid);
  const { facts } = peer;
  return {
    instanceId: peer.instanceId,
    keyid,
    keys: peer.keys.map((key) => ({
      keyid: key.keyid,
      addedAt: timestampFromMs(key.addedMs),
      current: key.current,
      generation: key.generation === "seed" ? PeerGeneration.SEED : PeerGeneration.CURRENT,
    })),
    status: peer.removedMs === undefined ? PeerStatus.APPROVED : PeerStatus.REMOVED,
    connectionState: shown?.state ?? ConnectionState.DISCONNECTED,
    statusMessage: shown?.statusMessage ?? "",
    operationCount: peer.operationCount,
    poisonCount: peer.poisonCount,
    capabilities: [...(facts.capabilities ?? [])],
    clearText: facts.clearText ?? false,
    permissions: (peer.grants ?? []).map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
    ...timestamps({
      lastSeen: heardMs ?? facts.lastSeenMs,
      lastHeartbeat: heartbeatMs(shown?.lastHeartbeatMillis, facts.lastHeartbeatMs),
      lastFullPass: facts.lastFullPassMs,
    }),
  };
}

/** The board knows of heartbeats that the store has not been told of yet. */
function heartbeatMs(shown: bigint | undefined, stored: number | undefined): number | undefined {
  return shown === undefined || shown === 0n ? stored : Number(shown);
}

/** The times that are known. */
function timestamps<Name extends string>(times: Record<Name, number | undefined>): Partial<Record<Name, Timestamp>> {
  const known: Partial<Record<Name, Timestamp>> = {};
  for (const name in times) {
    const ms = times[name];
    if (ms !== undefined) known[name] = timestampFromMs(ms);
  }
  return known;
}

function knockMessage(knock: Knock): MessageInitShape<typeof KnockSchema> {
  return {
    keyid: knock.keyid,
    instanceId: knock.instanceId,
    remoteAddress: knock.address,
    firstSeen: timestampFromMs(knock.firstSeenMs),
    lastSeen: timestampFromMs(knock.lastSeenMs),
    attempts: BigInt(knock.attempts),
    reason: REASONS[knock.reason],
    message: knock.message,
  };
}
