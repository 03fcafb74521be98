import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Operation, OperationEvent } from "../../gen/v1/operations_pb.js";
import type { SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";
import { type SessionItem, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import { logPieces, pauseFor } from "./log-answer.js";
import type { PeerView } from "./reaction.js";

/** What a current peer does about an item of its host. */
export type CurrentReaction =
  | { readonly do: "send"; readonly items: Iterable<SessionItem> }
  | { readonly do: "pause"; readonly ms: number }
  | { readonly do: "configure"; readonly change: SetConfig }
  | { readonly do: "nothing" }
  | { readonly do: "give-up"; readonly code: Code; readonly message: string };

type Action = NonNullable<MessageInitShape<typeof SessionItemSchema>["action"]>;

/** Operations in one message: v1.13.0 sends 256, v1.14 sends this many. */
export const CURRENT_BATCH = 512;

/** What a current client does about what its host says after the handshakes. */
export function reactToCurrent({ action }: SessionItem, view: PeerView, batch = CURRENT_BATCH): CurrentReaction {
  switch (action.case) {
    case "heartbeat":
    case "receiveResources":
      return { do: "nothing" };
    case "receiveConfig":
      return action.value.config === undefined ? protocolError("a configuration without content") : { do: "nothing" };
    case "requestResources":
      return { do: "send", items: [resourcesItem(view)] };
    case "operationManifest":
      // Whatever it says: it is how a host asks for a fresh one.
      return { do: "send", items: [manifestItem(view)] };
    case "requestOperationData":
      return { do: "send", items: answerData(view, action.value.opIds, batch) };
    case "setConfig":
      return { do: "configure", change: action.value };
    case "requestLog":
      if (!view.capabilities.includes("logs")) return protocolError("request_log");
      return { do: "send", items: answerLog(view, action.value.logId) };
    case "receiveLogData":
      return view.capabilities.includes("logs") ? { do: "nothing" } : protocolError("receive_log_data");
    case "throttle":
      return view.capabilities.includes("throttle") ? pauseFor(action.value.delayMs) : protocolError("throttle");
    default:
      return protocolError(action.case ?? "an item with nothing set");
  }
}

/** What a current peer says of itself as soon as it knows its host, in this order. */
export function currentGreeting(view: PeerView): SessionItem[] {
  return [item({ case: "receiveConfig", value: { config: view.config } }), resourcesItem(view), manifestItem(view)];
}

/** A change as it is told to the host: of the peer's own operations only; undefined when the host may see nothing of it. */
export function currentLiveItem(view: PeerView, { event }: OperationEvent): SessionItem | undefined {
  switch (event.case) {
    case "createdOperations":
    case "updatedOperations": {
      const operations = event.value.operations.filter(
        (operation) => operation.instanceId === view.history.instanceId && view.forwards(operation),
      );
      return operations.length === 0 ? undefined : eventItem({ case: event.case, value: { operations } });
    }
    default:
      return eventItem(event);
  }
}

/** Unknown ids are left out, and nobody looks whether the host may see the rest: so does Backrest. */
function* answerData(view: PeerView, opIds: readonly bigint[], batch: number): Generator<SessionItem> {
  let operations: Operation[] = [];
  for (const id of opIds) {
    const operation = view.history.get(id);
    if (operation !== undefined) operations.push(operation);
    if (operations.length < batch) continue;
    yield eventItem({ case: "updatedOperations", value: { operations } });
    operations = [];
  }
  if (operations.length > 0) yield eventItem({ case: "updatedOperations", value: { operations } });
}

function* answerLog(view: PeerView, logId: string): Generator<SessionItem> {
  for (const value of logPieces(logId, view.readLog(logId))) yield item({ case: "receiveLogData", value });
}

function manifestItem(view: PeerView): SessionItem {
  const operations = view.history.all().filter(view.forwards);
  const value = { opIds: operations.map(({ id }) => id), modnos: operations.map(({ modno }) => modno) };
  return item({ case: "operationManifest", value });
}

function resourcesItem(view: PeerView): SessionItem {
  return item({ case: "receiveResources", value: view.resources });
}

function eventItem(
  event:
    | OperationEvent["event"]
    | { case: "updatedOperations" | "createdOperations"; value: { operations: Operation[] } },
): SessionItem {
  return item({ case: "receiveOperations", value: { event: { event } } });
}

function item(action: Action): SessionItem {
  return create(SessionItemSchema, { action });
}

function protocolError(what: string): CurrentReaction {
  return {
    do: "give-up",
    code: Code.InvalidArgument,
    message: `the host sent ${what}, which a Backrest does not know`,
  };
}
