import { create, toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { OperationEventSchema, type OperationList, OperationListSchema } from "../../gen/v1/operations_pb.js";
import {
  Backrest,
  type GeneratePairingTokenRequest,
  type GetOperationsRequest,
  type LogDataRequest,
  type OpSelector,
} from "../../gen/v1/service_pb.js";
import { callerName } from "../access/caller.js";
import type { Pairing } from "../connections/pairing.js";
import { HubError } from "../errors.js";
import type { OperationFeed } from "../history/feed.js";
import { kConnection } from "../request-context.js";
import type { OperationQuery, Store } from "../store/store.js";
import { answered } from "./answered.js";
import { DirectStream } from "./direct-stream.js";
import { getLogs, type LogReader } from "./logs.js";
import { rawMessage, takesJson } from "./raw-message.js";
import { closeOnAbort, cutWhenStalled } from "./watch.js";

export interface BackrestParts {
  readonly store: Store;
  readonly feed: OperationFeed;
  readonly logs: LogReader;
  readonly pairing: Pairing;
  readonly keepAliveMs: number;
  readonly stallTimeoutMs: number;
}

const KEEP_ALIVE = toBinary(
  OperationEventSchema,
  create(OperationEventSchema, { event: { case: "keepAlive", value: {} } }),
);

/** `v1.Backrest`, as far as a hub serves it: the history of all peers, in the hub's own numbers, and pairing tokens. */
export function backrestRoutes(router: ConnectRouter, parts: BackrestParts): void {
  const live = new DirectStream({
    schema: OperationEventSchema,
    message: (event: Uint8Array, json) => rawMessage(OperationEventSchema, event, json),
    bytes: (event) => event,
    stallTimeoutMs: parts.stallTimeoutMs,
  });
  router.service(Backrest, {
    getOperations: (request: GetOperationsRequest, context: HandlerContext) => getOperations(parts, request, context),
    getOperationEvents: (_request: unknown, context: HandlerContext) =>
      live.pass(followOperations(parts, context.signal), context),
    getLogs: (request: LogDataRequest, context: HandlerContext) =>
      cutWhenStalled(getLogs(parts.logs, request, context), context.values.get(kConnection), parts.stallTimeoutMs),
    generatePairingToken: (request: GeneratePairingTokenRequest, { values }: HandlerContext) =>
      generatePairingToken(parts, request, callerName(values)),
  });
}

async function getOperations(
  parts: BackrestParts,
  request: GetOperationsRequest,
  context: HandlerContext,
): Promise<OperationList> {
  try {
    const list = await parts.store.queryOperations(toQuery(request));
    return rawMessage(OperationListSchema, list.bytes, takesJson(context.requestHeader));
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}

/** For Backrest's own web page, in whose requests 0 (and less) means for ever and without a limit. */
function generatePairingToken(
  { pairing }: BackrestParts,
  { label, ttlSeconds, maxUses, permissions }: GeneratePairingTokenRequest,
  createdBy: string,
): Promise<{ token: string }> {
  return answered(async () => {
    const { text } = await pairing.create({
      label,
      createdBy,
      ttlMs: ttlSeconds > 0n ? Number(ttlSeconds) * 1000 : 0,
      maxUses: Math.max(maxUses, 0),
      grants: permissions,
    });
    return { token: text };
  });
}

/** The first message goes out at once: clients read the history anew when it comes. */
async function* followOperations(parts: BackrestParts, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const watcher = parts.feed.watch();
  closeOnAbort(signal, watcher);
  try {
    // Clients read the history when the first message comes: from then on nothing may be missed.
    await watcher.ready();
    yield KEEP_ALIVE;
    while (!watcher.closed) {
      const event = await watcher.next(parts.keepAliveMs);
      if (!watcher.closed) yield event ?? KEEP_ALIVE;
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  } finally {
    watcher.close();
  }
}

function toQuery(request: GetOperationsRequest): OperationQuery {
  const selector = request.selector;
  if (selector === undefined) {
    throw new HubError(
      "invalid_argument",
      'the request has no selector; send an empty one to read all operations, for example {"selector": {}, "lastN": "100"}',
    );
  }
  if (request.lastN < 0n || request.lastN > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new HubError("invalid_argument", `last_n is ${request.lastN}; give a number from 1, or 0 for all`);
  }
  return { ...filters(selector), lastN: Number(request.lastN) };
}

function filters(selector: OpSelector): OperationQuery {
  const { ids, planId, snapshotId, flowId, instanceId, repoGuid, originalInstanceKeyid, modnoGte } = selector;
  const query: OperationQuery = {
    ...(planId === undefined ? {} : { planId }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(repoGuid === undefined ? {} : { repoGuid }),
    ...(originalInstanceKeyid === undefined ? {} : { originalInstanceKeyid }),
    ...(modnoGte === undefined ? {} : { modnoGte }),
  };
  if (ids.length === 0) return query;
  if (Object.keys(query).length > 0) {
    throw new HubError("invalid_argument", "a selector names either ids or other fields, not both");
  }
  return { ids };
}
