import { toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { type SyncItem, SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { BackrestSyncService } from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import type { SessionConnection } from "../session/session.js";

export interface SyncParts {
  /** Carries one session from the opening to its end; always ends by throwing the reason. */
  readonly session: (
    requests: AsyncIterable<SyncItem>,
    connection: SessionConnection,
    signal: AbortSignal,
  ) => AsyncGenerator<SyncItem>;
}

/**
 * `v1sync.BackrestSyncService/Sync`, served through the views: what a peer sends is not decoded here, and the bytes of
 * its operations reach the store as they came.
 */
export function syncRoutes(router: ConnectRouter, parts: SyncParts): void {
  const method = { ...BackrestSyncService.method.sync, input: SyncItemSchema, output: SyncItemSchema };
  router.rpc(method, (requests: AsyncIterable<SyncItem>, context: HandlerContext) => run(parts, requests, context), {
    readMaxBytes: SYNC_MAX_BYTES,
    // Millions of unknown fields fit into one message, and each would be kept as an object.
    binaryOptions: { readUnknownFields: false },
  });
}

/** After authentication; before it the port's own limit holds. */
const SYNC_MAX_BYTES = 32 << 20;

async function* run(
  parts: SyncParts,
  requests: AsyncIterable<SyncItem>,
  context: HandlerContext,
): AsyncGenerator<SyncItem> {
  const connection = context.values.get(kConnection);
  if (connection === undefined) throw new HubError("internal", "the port did not say who calls").toConnectError();
  let first = true;
  try {
    for await (const item of parts.session(requests, connection, context.signal)) {
      // Connect sends the headers with the first one; the others do without its chain of generators. No peer takes JSON.
      if (first) yield item;
      else await connection.send(encodeEnvelope(0, toBinary(SyncItemSchema, item)));
      first = false;
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}
