import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { HubError } from "../errors.js";
import type { Store } from "../store/store.js";

export interface HubServiceParts {
  readonly store: Store;
  readonly identity: { readonly instanceId: string; readonly ecdsaKeyid: string; readonly ed25519Keyid: string };
  readonly version: string;
  readonly startedMs: number;
  readonly listenAddresses: () => readonly string[];
  readonly connected: () => number;
}

/** `hub.v1.HubService`: the hub itself. */
export function hubServiceRoutes(router: ConnectRouter, parts: HubServiceParts): void {
  router.service(HubService, {
    getIdentity: () => ({ ...parts.identity, version: parts.version }),
    getStatus: async () => {
      try {
        const stats = await parts.store.stats();
        return {
          version: parts.version,
          startedAt: timestampFromMs(parts.startedMs),
          listenAddresses: [...parts.listenAddresses()],
          peersApproved: stats.peers,
          peersConnected: parts.connected(),
          operationCount: stats.operations,
          poisonCount: stats.poison,
        };
      } catch (reason) {
        throw HubError.from(reason).toConnectError();
      }
    },
  });
}
