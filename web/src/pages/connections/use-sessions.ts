import { useQuery } from "@connectrpc/connect-query";
import { ConnectionService } from "../../../../gen/hub/v1/connections_pb.js";
import { useIsLive } from "../../live/live.js";

/** Sessions come and go without being told; this is how old what is shown may be. */
const LOOK_EVERY_MS = 3_000;

/** Who is connected, while the hub is. */
export function useSessions() {
  const refetchInterval = useIsLive() ? LOOK_EVERY_MS : (false as const);
  return useQuery(ConnectionService.method.listConnections, {}, { refetchInterval });
}
