import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { databaseFiles, diskOf } from "../store/disk.js";
import type { Store } from "../store/store.js";
import { answered } from "./answered.js";

export interface HubServiceParts {
  readonly store: Pick<Store, "stats">;
  readonly identity: { readonly instanceId: string; readonly ecdsaKeyid: string; readonly ed25519Keyid: string };
  readonly version: string;
  readonly startedMs: number;
  readonly listenAddresses: () => readonly string[];
  readonly connected: () => number;
  readonly paths: { readonly directory: string; readonly database: string };
  readonly tls: boolean;
}

/** `hub.v1.HubService`: the hub itself. */
export function hubServiceRoutes(router: ConnectRouter, parts: HubServiceParts): void {
  const { directory, database } = parts.paths;
  router.service(HubService, {
    getIdentity: () => ({ ...parts.identity, version: parts.version }),
    getStatus: () =>
      answered(async () => {
        const [stats, files, free] = await Promise.all([
          parts.store.stats(),
          databaseFiles(database),
          freeBytes(database),
        ]);
        return {
          version: parts.version,
          startedAt: timestampFromMs(parts.startedMs),
          listenAddresses: [...parts.listenAddresses()],
          peersApproved: stats.peers,
          peersConnected: parts.connected(),
          operationCount: stats.operations,
          poisonCount: stats.poison,
          databaseBytes: BigInt(files.database + files.writeAheadLog),
          logBytes: stats.logs.bytes,
          ...(free === undefined ? {} : { freeBytes: free }),
          runtime: `Node ${process.versions.node}`,
          dataDirectory: directory,
          tls: parts.tls,
        };
      }),
  });
}

/** Not every file system tells. */
async function freeBytes(file: string): Promise<bigint | undefined> {
  try {
    return BigInt((await diskOf(file)).freeBytes);
  } catch {
    return undefined;
  }
}
