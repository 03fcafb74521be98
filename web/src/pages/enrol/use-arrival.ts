import { useQuery } from "@connectrpc/connect-query";
import { ConnectionService } from "../../../../gen/hub/v1/connections_pb.js";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import { useIsLive, useLivePart } from "../../live/live.js";
import { usePeerStates } from "../../rpc/peer-states.js";
import { labelsOfClient, labelsOfKey } from "../../words/labels.js";
import type { Arrival } from "./checks.js";
import type { Grants } from "./wishes.js";

/** What nobody tells, such as how many operations have come, is looked up so often while a machine arrives. */
const LOOK_EVERY_MS = 2_000;

interface Wanted {
  readonly instanceId: string;
  readonly grants: Grants;
  readonly sinceMs?: number | undefined;
  readonly byToken: boolean;
}

/** Everything that the hub knows of a machine that has just come, kept up to date. */
export function useArrival({ instanceId, grants, sinceMs, byToken }: Wanted): Arrival {
  const machine = useLivePart(({ machines }) => machines.get(instanceId));
  const often = { refetchInterval: useIsLive() ? LOOK_EVERY_MS : (false as const) };
  const { data: identity } = useQuery(HubService.method.getIdentity, {});
  const { data: peers } = useQuery(PeersService.method.listPeers, {}, often);
  const { data: connections } = useQuery(ConnectionService.method.listConnections, {}, often);
  const { data: shared } = useQuery(PushService.method.listSharedRepos, {}, often);
  const { data: states } = usePeerStates();
  const connection = connections?.connections.find((one) => one.instanceId === instanceId);
  const peer = peers?.peers.find((one) => one.instanceId === instanceId);
  return {
    instanceId,
    machine,
    peer,
    connection,
    state: states?.get(instanceId),
    sharedRepos: shared?.repos,
    grants,
    labels: connection === undefined ? labelsOfKey(peer?.keyid ?? "") : labelsOfClient(connection.clientVersion),
    hub: identity?.instanceId ?? "",
    sinceMs,
    byToken,
  };
}
