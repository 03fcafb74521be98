import { useQuery } from "@connectrpc/connect-query";
import { PeersService } from "../../../gen/hub/v1/peers_pb.js";

/** Who is let in, and who knocks. */
export function usePeers() {
  return useQuery(PeersService.method.listPeers, {});
}
