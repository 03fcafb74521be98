import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import type { Operation } from "../../gen/v1/operations_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncStateService, type PeerState } from "../../gen/v1sync/syncservice_pb.js";
import type { TestHub } from "./test-hub.js";

/** Typed clients for a test's hub, with its admin token. */
export function callHub(hub: Pick<TestHub, "url" | "token">) {
  const transport = tokenTransport(hub.url, hub.token);
  const states = createClient(BackrestSyncStateService, transport);
  const backrest = createClient(Backrest, transport);
  return {
    peers: createClient(PeersService, transport),
    hub: createClient(HubService, transport),
    backrest,
    states,
    /** What the hub shows of a peer's operations, by the peer's own id. */
    operationsOf: async (keyid: string): Promise<Map<bigint, Operation>> => {
      const list = await backrest.getOperations({ selector: { originalInstanceKeyid: keyid } });
      const byId = new Map(list.operations.map((operation) => [operation.originalId, operation]));
      if (byId.size < list.operations.length) throw new Error(`the hub shows operations of ${keyid} twice`);
      return byId;
    },
    stateOf: async (keyid: string): Promise<PeerState | undefined> => {
      for await (const state of states.getPeerSyncStatesStream({})) if (state.peerKeyid === keyid) return state;
      return undefined;
    },
  };
}

export function tokenTransport(baseUrl: string, token: string): Transport {
  return createConnectTransport({
    baseUrl,
    httpVersion: "1.1",
    interceptors: [
      (next) => (request) => {
        request.header.set("Authorization", `Bearer ${token}`);
        return next(request);
      },
    ],
  });
}

/** Waits until a check holds; the last failure is thrown when it does not in time. */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 5_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (reason) {
      if (Date.now() > until) throw reason;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
