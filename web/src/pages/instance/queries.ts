import type { DescMethodUnary } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { createConnectQueryKey, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { ConnectionService } from "../../../../gen/hub/v1/connections_pb.js";
import { FleetService, type InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { HistoryService, OperationKind } from "../../../../gen/hub/v1/history_pb.js";
import { PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import type { Operation, OperationEvent } from "../../../../gen/v1/operations_pb.js";
import { useOperationEvents } from "../../live/live.js";
import { DAY_MS } from "../../words/times.js";
import { keyRequest } from "./machine.js";

/** As many days as the hub answers at once: a leap year. */
const MOST_DAYS = 366;
const CONNECTION_EVERY_MS = 10_000;
const GATHER_MS = 300;
const GROWS: readonly DescMethodUnary[] = [FleetService.method.getHistory, HistoryService.method.listOperations];

/** Who the machine is, and whether another key asks to be it. */
export function usePeer(instanceId: string) {
  const peers = useQuery(PeersService.method.listPeers);
  return {
    ...peers,
    peer: peers.data?.peers.find((peer) => peer.instanceId === instanceId),
    request: keyRequest(peers.data?.knocks ?? [], instanceId),
  };
}

/** Its session, if it has one. What came in it is counted by the hub and told by nobody, so it is asked for. */
export function useConnection(machine: InstanceHealth) {
  const { instanceId, connected, presenceSince } = machine;
  const client = useQueryClient();
  const connections = useQuery(ConnectionService.method.listConnections, {}, { refetchInterval: CONNECTION_EVERY_MS });
  const session = presenceSince === undefined ? `${connected}` : `${connected} ${timestampMs(presenceSince)}`;
  useEffect(() => {
    if (session !== "")
      void client.invalidateQueries({
        queryKey: createConnectQueryKey({ schema: ConnectionService.method.listConnections, cardinality: undefined }),
      });
  }, [client, session]);
  return {
    ...connections,
    connection: connections.data?.connections.find((connection) => connection.instanceId === instanceId),
  };
}

/** The days of its plans. */
export function useDays(instanceId: string) {
  return useQuery(FleetService.method.getHistory, { instanceIds: [instanceId], days: MOST_DAYS });
}

/** What tells of its repos: measurements, checks and prunes of a year, the newest first. */
export function useMaintenance(instanceId: string) {
  const since = useMemo(() => timestampFromMs(Math.floor(Date.now() / DAY_MS - MOST_DAYS) * DAY_MS), []);
  const kinds = [OperationKind.STATS, OperationKind.CHECK, OperationKind.PRUNE];
  return useQuery(HistoryService.method.listOperations, {
    filter: { instanceIds: [instanceId], kinds, since },
    pageSize: 1_000,
  });
}

/** Reads the days and the repos anew when an operation of the machine has ended. */
export function useFreshHistory(keyids: readonly string[]): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const known = keyids.join("\n");
  const listener = useCallback(
    ({ event }: OperationEvent) => {
      const keys = new Set(known.split("\n"));
      const isOwn = ({ originalInstanceKeyid }: Operation) => keys.has(originalInstanceKeyid);
      const isNews =
        event.case === "deletedOperations" ||
        ((event.case === "createdOperations" || event.case === "updatedOperations") &&
          event.value.operations.some((operation) => isOwn(operation) && operation.unixTimeEndMs !== 0n));
      if (!isNews) return;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        for (const schema of GROWS)
          void client.invalidateQueries({ queryKey: createConnectQueryKey({ schema, cardinality: undefined }) });
      }, GATHER_MS);
    },
    [client, known],
  );
  useOperationEvents(listener);
}
