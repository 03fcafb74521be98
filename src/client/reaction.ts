import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Operation, OperationEvent } from "../../gen/v1/operations_pb.js";
import {
  type RemoteConfigSchema,
  type SyncStreamItem,
  type SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
  type SyncStreamItem_SyncActionRequestOperations as RequestOperations,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { History } from "./history.js";
import { logPieces, pauseFor } from "./log-answer.js";
import type { Reaction } from "./speech.js";

/** What a peer shows to its host, and what it announced. */
export interface PeerView {
  readonly history: History;
  readonly resources: MessageInitShape<typeof ResourcesSchema>;
  readonly config: MessageInitShape<typeof RemoteConfigSchema>;
  readonly capabilities: readonly string[];
  /** Which operations the host may see. */
  readonly forwards: (operation: Operation) => boolean;
  /** A log; asked for only by a host that was told of the capability `logs`. */
  readonly readLog: (logId: string) => PeerLog | undefined;
}

/** A log of a peer. */
export interface PeerLog {
  readonly content: Uint8Array;
  /** The peer's own number of the operation that it belongs to; 0 by default, for a peer that does not say. */
  readonly ownerOpid?: bigint;
  /** Until when its host may keep it, in Unix seconds; 0 by default, for a peer that does not say. */
  readonly expirationTsUnix?: bigint;
}

/** Operations in one message, as upstream. */
const BATCH = 256;

/** What a seed client does about what its host says after the handshakes. */
export function reactTo(item: SyncStreamItem, view: PeerView): Reaction {
  const { action } = item;
  switch (action.case) {
    case "heartbeat":
    case "receiveResources":
      return { do: "nothing" };
    case "receiveConfig":
      return action.value.config === undefined ? protocolError("a configuration without content") : { do: "nothing" };
    case "requestOperations":
      return { do: "send", items: answerOperations(view, action.value) };
    case "requestResources":
      return { do: "send", items: [resourcesItem(view)] };
    case "setConfig":
      return { do: "configure", change: action.value };
    case "requestLog":
      if (!view.capabilities.includes("logs")) return protocolError("request_log");
      return { do: "send", items: answerLog(view, action.value.logId) };
    case "receiveLogData":
      return view.capabilities.includes("logs") ? { do: "nothing" } : protocolError("receive_log_data");
    case "throttle":
      if (!view.capabilities.includes("throttle")) return protocolError("throttle");
      return pauseFor(action.value.delayMs);
    default:
      return protocolError(action.case ?? "an item with nothing set");
  }
}

/** What a peer says of itself as soon as it knows its host. */
export function greeting(view: PeerView): SyncStreamItem[] {
  const config = create(SyncStreamItemSchema, { action: { case: "receiveConfig", value: { config: view.config } } });
  return [config, resourcesItem(view)];
}

/** A change as it is told to the host; undefined when the host may see nothing of it. */
export function liveItem(view: PeerView, { event }: OperationEvent): SyncStreamItem | undefined {
  switch (event.case) {
    case "createdOperations":
    case "updatedOperations": {
      const operations = event.value.operations.filter(view.forwards);
      return operations.length === 0 ? undefined : operationsItem({ case: event.case, value: { operations } });
    }
    default:
      return operationsItem(event);
  }
}

/**
 * In batches by start: a batch that holds a higher id than the host says it has goes whole as created, and the lower
 * ones in it once more as updated.
 */
function* answerOperations(view: PeerView, request: RequestOperations): Generator<SyncStreamItem> {
  const operations = view.history.since(request.highModno).filter(view.forwards);
  for (let begin = 0; begin < operations.length; begin += BATCH) {
    const batch = operations.slice(begin, begin + BATCH);
    const known = batch.filter((operation) => operation.id <= request.highOpid);
    if (known.length < batch.length) {
      yield operationsItem({ case: "createdOperations", value: { operations: batch } });
    }
    if (known.length > 0) yield operationsItem({ case: "updatedOperations", value: { operations: known } });
  }
}

function* answerLog(view: PeerView, logId: string): Generator<SyncStreamItem> {
  for (const value of logPieces(logId, view.readLog(logId))) {
    yield create(SyncStreamItemSchema, { action: { case: "receiveLogData", value } });
  }
}

function resourcesItem(view: PeerView): SyncStreamItem {
  return create(SyncStreamItemSchema, { action: { case: "receiveResources", value: view.resources } });
}

function operationsItem(event: OperationEvent["event"] | EventInit): SyncStreamItem {
  return create(SyncStreamItemSchema, { action: { case: "receiveOperations", value: { event: { event } } } });
}

type EventInit = {
  readonly case: "createdOperations" | "updatedOperations";
  readonly value: { readonly operations: Operation[] };
};

function protocolError(what: string): Reaction {
  return {
    do: "give-up",
    code: Code.InvalidArgument,
    message: `the host sent ${what}, which a Backrest does not know`,
  };
}
