import { create, toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { OperationEventSchema } from "../../gen/v1/operations_pb.js";
import {
  Backrest,
  type ClearHistoryRequest,
  type GeneratePairingTokenRequest,
  type GetOperationsRequest,
  type LogDataRequest,
} from "../../gen/v1/service_pb.js";
import { callerName, kCaller } from "../access/caller.js";
import type { Pairing } from "../connections/pairing.js";
import { HubError } from "../errors.js";
import type { HistoryClearing } from "../history/clearing.js";
import type { Dashboard } from "../history/dashboard.js";
import type { OperationFeed } from "../history/feed.js";
import { kConnection } from "../request-context.js";
import { answered } from "./answered.js";
import { type BackrestConfigParts, getConfig } from "./backrest-config.js";
import { clearHistory } from "./clear-history.js";
import { DirectStream } from "./direct-stream.js";
import { type GetOperationsParts, getOperations } from "./get-operations.js";
import { getLogs, type LogReader } from "./logs.js";
import { notAtAHub } from "./not-at-a-hub.js";
import { rawMessage } from "./raw-message.js";
import { type DashboardPaths, getSummaryDashboard } from "./summary-dashboard.js";
import { closeOnAbort, cutWhenStalled } from "./watch.js";

/** Whoever a gate has not named sees the least. */
const NOBODY = { name: "", role: "viewer" } as const;

export interface BackrestParts extends GetOperationsParts {
  readonly config: BackrestConfigParts;
  readonly dashboard: Dashboard;
  readonly paths: DashboardPaths;
  readonly clearing: HistoryClearing;
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

/** The most that a caller sends: 10,000 ids, however they are written. What is more would take the loop too long to read. */
const REQUEST_MAX_BYTES = 256 << 10;

/** `v1.Backrest`, as far as a hub serves it: the history of all peers, in the hub's own numbers, and pairing tokens. */
export function backrestRoutes(router: ConnectRouter, parts: BackrestParts): void {
  const live = new DirectStream({
    schema: OperationEventSchema,
    message: (event: Uint8Array, json) => rawMessage(OperationEventSchema, event, json),
    bytes: (event) => event,
    stallTimeoutMs: parts.stallTimeoutMs,
  });
  router.service(
    Backrest,
    {
      ...notAtAHub(),
      getConfig: (_request, { values }) => getConfig(parts.config, values.get(kCaller) ?? NOBODY),
      getSummaryDashboard: () => getSummaryDashboard(parts.dashboard, parts.paths),
      getOperations: (request: GetOperationsRequest, context: HandlerContext) => getOperations(parts, request, context),
      getOperationEvents: (_request: unknown, context: HandlerContext) =>
        live.pass(followOperations(parts, context.signal), context),
      getLogs: (request: LogDataRequest, context: HandlerContext) =>
        cutWhenStalled(getLogs(parts.logs, request, context), context.values.get(kConnection), parts.stallTimeoutMs),
      clearHistory: (request: ClearHistoryRequest) => clearHistory(parts.clearing, request),
      generatePairingToken: (request: GeneratePairingTokenRequest, { values }: HandlerContext) =>
        generatePairingToken(parts, request, callerName(values)),
    },
    // A filter that is left out because its name was mistyped would answer another question.
    { readMaxBytes: REQUEST_MAX_BYTES, jsonOptions: { ignoreUnknownFields: false } },
  );
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
