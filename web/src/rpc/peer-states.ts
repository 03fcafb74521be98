import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import { BackrestSyncStateService, type PeerState } from "../../../gen/v1sync/syncservice_pb.js";
import { PEER_STATES_KEY } from "./lists.js";

/** What machines show of themselves, by instance id; read to its end, and anew whenever the hub says that it changed. */
export function usePeerStates() {
  const transport = useTransport();
  return useQuery({
    queryKey: PEER_STATES_KEY,
    queryFn: async ({ signal }) => {
      const states = new Map<string, PeerState>();
      const stream = createClient(BackrestSyncStateService, transport).getPeerSyncStatesStream({}, { signal });
      for await (const state of stream) states.set(state.peerInstanceId, state);
      return states;
    },
  });
}
