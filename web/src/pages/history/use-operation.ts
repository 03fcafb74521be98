import { useQuery } from "@connectrpc/connect-query";
import { useCallback, useState } from "react";
import type { Operation, OperationEvent } from "../../../../gen/v1/operations_pb.js";
import { Backrest } from "../../../../gen/v1/service_pb.js";
import { useOperationEvents } from "../../live/live.js";

/** One operation as it is now: from the list where it stands there, else from the hub. */
export function useOperation(id: bigint, listed: Operation | undefined) {
  const query = useQuery(Backrest.method.getOperations, { selector: { ids: [id] } }, { enabled: listed === undefined });
  const [told, setTold] = useState<Operation | "gone">();
  const listen = useCallback(
    ({ event }: OperationEvent) => {
      if (event.case === "deletedOperations" && event.value.values.includes(id)) setTold("gone");
      if (event.case !== "updatedOperations" && event.case !== "createdOperations") return;
      const operation = event.value.operations.find((one) => one.id === id);
      if (operation !== undefined) setTold(operation);
    },
    [id],
  );
  useOperationEvents(listen);
  const read = listed ?? query.data?.operations[0];
  const latest = told !== undefined && told !== "gone" && told.modno > (read?.modno ?? -1n) ? told : read;
  return {
    operation: told === "gone" ? undefined : latest,
    isPending: listed === undefined && told === undefined && query.isPending,
    error: listed === undefined && told === undefined ? query.error : null,
    refetch: query.refetch,
  };
}
