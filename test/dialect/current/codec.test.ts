import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { OperationEventSchema } from "../../../gen/v1/operations_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import { SessionItemSchema, type SessionItem } from "../../../gen/v1sync3/session_pb.js";
import { readCurrentItem, writeCurrentItem } from "../../../src/dialect/current/codec.js";
import type { HubMessage } from "../../../src/dialect/dialect.js";
import { currentSessions } from "./recordings.js";

const SESSIONS = currentSessions();

describe("what a current peer says", () => {
  test("CUR5: every item of the recordings is read, and as what it is", () => {
    const kinds = new Map<string, number>();
    for (const { recording, items } of SESSIONS) {
      for (const { fromClient, encrypted, item } of items) {
        if (!fromClient || !encrypted || item.action.case === "handshake") continue;
        const message = readCurrentItem(item);
        const whole = fromBinary(SessionItemSchema, toBinary(SyncItemSchema, item));
        expect({ recording, kind: message.kind }).toEqual({ recording, kind: kindOf(whole) });
        if (message.kind === "operations" && whole.action.case === "receiveOperations") {
          expect(fromBinary(OperationEventSchema, message.event)).toEqual(whole.action.value.event);
        }
        if (message.kind === "manifest" && whole.action.case === "operationManifest") {
          expect([...message.manifest.opIds]).toEqual(whole.action.value.opIds);
          expect([...message.manifest.modnos]).toEqual(whole.action.value.modnos);
        }
        kinds.set(message.kind, (kinds.get(message.kind) ?? 0) + 1);
      }
    }
    expect([...kinds.keys()].sort()).toEqual(["config", "manifest", "operations", "resources"]);
    expect(SESSIONS.length).toBeGreaterThan(20);
  });

  test("CUR5: heartbeats and events that only keep alive", () => {
    expect(readCurrentItem(itemOf({ case: "heartbeat", value: {} }))).toEqual({ kind: "heartbeat" });
    const keepAlive = { event: { event: { case: "keepAlive" as const, value: {} } } };
    expect(readCurrentItem(itemOf({ case: "receiveOperations", value: keepAlive }))).toEqual({ kind: "nothing" });
  });

  test("CUR9: what a peer must not send is refused, naming it", () => {
    const nested = (member: "encrypted" | "establishSharedSecret") =>
      create(SyncItemSchema, { action: { case: member, value: new Uint8Array() } });
    for (const [item, words] of [
      [itemOf({ case: "handshake", value: {} }), /second handshake/],
      [nested("encrypted"), /inside an encrypted message/],
      [nested("establishSharedSecret"), /second key exchange/],
      [create(SyncItemSchema), /nothing set/],
      [itemOf({ case: "signedMessage", value: {} }), /signed_message/],
      [itemOf({ case: "requestOperationData", value: { opIds: [1n] } }), /request_operation_data/],
      [itemOf({ case: "setConfig", value: {} }), /set_config/],
      [itemOf({ case: "requestResources", value: {} }), /request_resources/],
      [itemOf({ case: "requestLog", value: {} }), /request_log/],
      [itemOf({ case: "receiveLogData", value: {} }), /receive_log_data/],
      [itemOf({ case: "throttle", value: {} }), /throttle/],
      [itemOf({ case: "receiveConfig", value: {} }), /without a configuration/],
      [itemOf({ case: "receiveOperations", value: {} }), /nothing set/],
    ] as const) {
      expect(() => readCurrentItem(item)).toThrow(
        expect.objectContaining({ name: "HubError", code: "invalid_argument", message: expect.stringMatching(words) }),
      );
    }
  });

  test("CUR9: a message is held to the same sizes as a seed peer's", () => {
    const deleted = { case: "deletedOperations" as const, value: { values: new Array<bigint>(1_000_001).fill(1n) } };
    const plans = Array.from({ length: 10_001 }, () => ({ id: "p" }));
    for (const item of [
      itemOf({ case: "receiveOperations", value: { event: { event: deleted } } }),
      itemOf({ case: "receiveResources", value: { plans } }),
      itemOf({ case: "receiveConfig", value: { config: { plans } } }),
    ]) {
      expect(() => readCurrentItem(item)).toThrow(expect.objectContaining({ code: "resource_exhausted" }));
    }
  });
});

describe("what the hub says to a current peer", () => {
  test("CUR10: every message is the item that Backrest's own host sends", () => {
    const config = create(RemoteConfigSchema, { modno: 3, version: 6, plans: [{ id: "p" }] });
    const resources = create(ResourcesSchema, { repos: [{ id: "r", guid: "g" }] });
    const change = create(SetConfigSchema, { plansToDelete: ["gone"] });
    const expected: [HubMessage, Parameters<typeof itemOf>[0]][] = [
      [{ kind: "heartbeat" }, { case: "heartbeat", value: {} }],
      [{ kind: "request-resources" }, { case: "requestResources", value: {} }],
      [{ kind: "request-manifest" }, { case: "operationManifest", value: {} }],
      [
        { kind: "request-operation-data", opIds: BigInt64Array.of(1n, 300n) },
        { case: "requestOperationData", value: { opIds: [1n, 300n] } },
      ],
      [
        { kind: "config", config },
        { case: "receiveConfig", value: { config } },
      ],
      [
        { kind: "resources", resources },
        { case: "receiveResources", value: resources },
      ],
      [
        { kind: "set-config", change },
        { case: "setConfig", value: change },
      ],
    ];
    for (const [message, action] of expected) expect(writeCurrentItem(message)).toEqual(itemOf(action));
  });

  test("CUR10: more than 256 ids in one request are refused", () => {
    const opIds = Array.from({ length: 257 }, (_, at) => BigInt(at + 1));
    expect(() => writeCurrentItem({ kind: "request-operation-data", opIds })).toThrow(/internal|257 operations/);
    expect(writeCurrentItem({ kind: "request-operation-data", opIds: opIds.slice(1) }).action.case).toBe("item22");
  });
});

function itemOf(action: NonNullable<Parameters<typeof create<typeof SessionItemSchema>>[1]>["action"]): SyncItem {
  const whole = create(SessionItemSchema, action === undefined ? {} : { action });
  return fromBinary(SyncItemSchema, toBinary(SessionItemSchema, whole));
}

function kindOf({ action }: SessionItem): string {
  switch (action.case) {
    case "receiveOperations":
      return "operations";
    case "receiveResources":
      return "resources";
    case "receiveConfig":
      return "config";
    case "operationManifest":
      return "manifest";
    default:
      return action.case ?? "nothing";
  }
}
