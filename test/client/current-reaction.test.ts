import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { type Operation, OperationEventSchema, OperationSchema } from "../../gen/v1/operations_pb.js";
import { SessionItemSchema, type SessionItem } from "../../gen/v1sync3/session_pb.js";
import {
  currentGreeting,
  currentLiveItem,
  type CurrentReaction,
  reactToCurrent,
} from "../../src/client/current-reaction.js";
import { History } from "../../src/client/history.js";
import type { PeerView } from "../../src/client/reaction.js";
import { currentSessions } from "../dialect/current/recordings.js";

describe("what a current peer says", () => {
  test("PEER20: to the recorded requests it answers what v1.13.0 and v1.14.1 answered", () => {
    let compared = 0;
    for (const { recording, items } of currentSessions()) {
      const whole = items
        .filter(({ encrypted }) => encrypted)
        .map(({ fromClient, item }) => ({
          fromClient,
          item: fromBinary(SessionItemSchema, toBinary(SyncItemSchema, item)),
        }));
      const manifest = whole.findIndex(({ item }) => item.action.case === "operationManifest");
      const answers = whole.slice(manifest).filter(({ fromClient, item }) => fromClient && isUpdate(item));
      const view = viewOf(answers.flatMap(({ item }) => operationsOf(item)));
      const requests = whole.filter(({ item }) => item.action.case === "requestOperationData");
      for (const { item: request } of requests) {
        if (request.action.case !== "requestOperationData") continue;
        const wanted = request.action.value.opIds;
        const recorded = answers.find(({ item }) => operationsOf(item)[0]?.id === wanted[0]);
        // Where the client changed an operation behind its answer, the answer is not what it has in the end.
        if (
          recorded === undefined ||
          operationsOf(recorded.item).some((each) => view.history.get(each.id)?.modno !== each.modno)
        )
          continue;
        const [first] = sent(reactToCurrent(request, view));
        expect({ recording, answer: first }).toEqual({ recording, answer: recorded.item });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  test("PEER20: the greeting is configuration, resources, manifest, and a manifest is sent again for any", () => {
    const view = viewOf([operation(3n), operation(5n, { instanceId: "other" }), operation(4n, { planId: "hidden" })]);
    const greeting = currentGreeting(view);
    expect(greeting.map(({ action }) => action.case)).toEqual([
      "receiveConfig",
      "receiveResources",
      "operationManifest",
    ]);
    const asked = itemOf({ case: "operationManifest", value: { opIds: [1n], modnos: [1n] } });
    for (const manifest of [greeting[2], ...sent(reactToCurrent(asked, view))]) {
      expect(manifest?.action.value).toMatchObject({ opIds: [3n, 5n], modnos: [30n, 50n] });
    }
  });

  test("PEER20: requested data comes in batches, without what is unknown and without a look at permissions", () => {
    const view = viewOf(Array.from({ length: 1_201 }, (_, at) => operation(BigInt(at + 1), { planId: "hidden" })));
    const opIds = Array.from({ length: 1_300 }, (_, at) => BigInt(at + 1));
    const request = itemOf({ case: "requestOperationData", value: { opIds } });
    expect(sent(reactToCurrent(request, view)).map((each) => operationsOf(each).length)).toEqual([512, 512, 177]);
    expect(sent(reactToCurrent(request, view, 256)).map((each) => operationsOf(each).length)).toEqual([
      256, 256, 256, 256, 177,
    ]);
    expect(sent(reactToCurrent(itemOf({ case: "requestOperationData", value: { opIds: [9_999n] } }), view))).toEqual(
      [],
    );
  });

  test("PEER20: changes of its own operations are told live, others' are not", () => {
    const view = viewOf([]);
    const event = (...operations: Operation[]) =>
      create(OperationEventSchema, { event: { case: "createdOperations", value: { operations } } });
    const own = operation(1n);
    expect(currentLiveItem(view, event(own, operation(2n, { instanceId: "other" })))).toEqual(
      itemOf({ case: "receiveOperations", value: { event: event(own) } }),
    );
    expect(currentLiveItem(view, event(operation(2n, { planId: "hidden" })))).toBeUndefined();
    const gone = create(OperationEventSchema, { event: { case: "deletedOperations", value: { values: [1n] } } });
    expect(currentLiveItem(view, gone)).toEqual(itemOf({ case: "receiveOperations", value: { event: gone } }));
  });

  test("PEER20: what ends a Backrest's session ends its", () => {
    const view = viewOf([]);
    for (const each of [
      itemOf({ case: "requestLog", value: { logId: "1" } }),
      itemOf({ case: "receiveLogData", value: {} }),
      itemOf({ case: "throttle", value: { delayMs: 1n } }),
      itemOf({ case: "receiveOperations", value: {} }),
      itemOf({ case: "handshake", value: {} }),
      itemOf({ case: "receiveConfig", value: {} }),
      create(SessionItemSchema),
    ]) {
      expect(reactToCurrent(each, view).do).toBe("give-up");
    }
    expect(reactToCurrent(itemOf({ case: "heartbeat", value: {} }), view)).toEqual({ do: "nothing" });
    expect(reactToCurrent(itemOf({ case: "receiveConfig", value: { config: {} } }), view)).toEqual({ do: "nothing" });
    expect(reactToCurrent(itemOf({ case: "setConfig", value: {} }), view).do).toBe("configure");
    expect(sent(reactToCurrent(itemOf({ case: "requestResources", value: {} }), view))).toHaveLength(1);
  });
});

function viewOf(operations: readonly Operation[]): PeerView {
  const history = new History({ instanceId: "machine-1" });
  history.load(operations);
  return {
    history,
    resources: { repos: [{ id: "r", guid: "g" }] },
    config: { modno: 1, version: 6 },
    capabilities: [],
    forwards: ({ planId }) => planId !== "hidden",
    readLog: () => undefined,
  };
}

function operation(id: bigint, fields: { instanceId?: string; planId?: string } = {}): Operation {
  return create(OperationSchema, { id, modno: id * 10n, instanceId: "machine-1", planId: "p", ...fields });
}

function itemOf(action: NonNullable<Parameters<typeof create<typeof SessionItemSchema>>[1]>["action"]): SessionItem {
  return create(SessionItemSchema, action === undefined ? {} : { action });
}

function isUpdate({ action }: SessionItem): boolean {
  return action.case === "receiveOperations" && action.value.event?.event.case === "updatedOperations";
}

function operationsOf({ action }: SessionItem): Operation[] {
  const event = action.case === "receiveOperations" ? action.value.event?.event : undefined;
  return event?.case === "updatedOperations" ? event.value.operations : [];
}

function sent(reaction: CurrentReaction): SessionItem[] {
  if (reaction.do !== "send") throw new Error(`it answers with ${reaction.do}`);
  return [...reaction.items];
}
