import { useQuery } from "@connectrpc/connect-query";
import { useCallback, useMemo } from "react";
import { PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import type { Operation } from "../../../../gen/v1/operations_pb.js";

export type MachineName = (operation: Operation) => string;

/** The name under which the hub has the machine that sent an operation, whatever the operation itself claims. */
export function useMachineNames(): MachineName {
  const { data } = useQuery(PeersService.method.listPeers, {});
  const names = useMemo(
    () =>
      new Map(
        (data?.peers ?? []).flatMap(({ instanceId, keyid, keys }) =>
          [keyid, ...keys.map((key) => key.keyid)].map((one) => [one, instanceId] as const),
        ),
      ),
    [data],
  );
  return useCallback(
    ({ originalInstanceKeyid, instanceId }) => names.get(originalInstanceKeyid) ?? instanceId,
    [names],
  );
}
