import { readdirSync } from "node:fs";
import { join } from "node:path";
import { create, type DescField, type DescFile, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { file_grpc_health_v1_health } from "../../gen/grpc/health/v1/health_pb.js";
import { file_grpc_reflection_v1_reflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { file_grpc_reflection_v1alpha_reflection } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { file_hub_v1_fleet } from "../../gen/hub/v1/fleet_pb.js";
import { file_hub_v1_board } from "../../gen/hub/v1/board_pb.js";
import { file_hub_v1_history } from "../../gen/hub/v1/history_pb.js";
import { file_hub_v1_hub } from "../../gen/hub/v1/hub_pb.js";
import { file_hub_v1_access } from "../../gen/hub/v1/access_pb.js";
import { file_hub_v1_connections } from "../../gen/hub/v1/connections_pb.js";
import { file_hub_v1_pairing } from "../../gen/hub/v1/pairing_pb.js";
import { file_hub_v1_peers } from "../../gen/hub/v1/peers_pb.js";
import { file_hub_v1_pushes } from "../../gen/hub/v1/pushes_pb.js";
import {
  file_hub_wire_v1_sync,
  OperationEventSchema as OperationEventViewSchema,
  OperationHeaderSchema,
  OperationListSchema as OperationListViewSchema,
  ReceiveOperationsSchema,
  SyncItemSchema,
} from "../../gen/hub/wire/v1/sync_pb.js";
import { file_types_value } from "../../gen/types/value_pb.js";
import { file_v1_authentication } from "../../gen/v1/authentication_pb.js";
import { file_v1_config } from "../../gen/v1/config_pb.js";
import { file_v1_crypto } from "../../gen/v1/crypto_pb.js";
import {
  file_v1_operations,
  OperationEventSchema,
  OperationListSchema,
  OperationSchema,
  OperationStatus,
} from "../../gen/v1/operations_pb.js";
import { file_v1_restic } from "../../gen/v1/restic_pb.js";
import { file_v1_service } from "../../gen/v1/service_pb.js";
import {
  file_v1sync_syncservice,
  SyncStreamItem_SyncActionReceiveOperationsSchema,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { file_v1sync3_session, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import {
  type Facts,
  factOf,
  factsOfMessage,
  fieldKey,
  inPackages,
  isRpc,
  lines,
  messageKey,
  missing,
  pick,
  readDescriptors,
  readTable,
  reservedKey,
  typeOf,
} from "./facts.js";

const BACKREST_FILES: readonly DescFile[] = [
  file_types_value,
  file_v1_authentication,
  file_v1_config,
  file_v1_crypto,
  file_v1_operations,
  file_v1_restic,
  file_v1_service,
  file_v1sync_syncservice,
  file_v1sync3_session,
];
const HUB_FILES: readonly DescFile[] = [
  file_hub_v1_access,
  file_hub_v1_connections,
  file_hub_v1_fleet,
  file_hub_v1_board,
  file_hub_v1_history,
  file_hub_v1_hub,
  file_hub_v1_pairing,
  file_hub_v1_peers,
  file_hub_v1_pushes,
  file_hub_wire_v1_sync,
];
/** Not Backrest's and not the hub's: the tables say nothing of them. */
const GRPC_FILES: readonly DescFile[] = [
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
];

const seed = readTable("seed.json");
const current = readTable("current.json");
const contract = readDescriptors(BACKREST_FILES);

const ITEM = "v1sync.SyncStreamItem";
const CAPABILITIES = "repeated string capabilities json=capabilities";

describe("the contract against the seed generation's table", () => {
  test("CON1: nothing of the seed is missing or different: messages, fields, reserved numbers, enums", () => {
    const wanted = pick(seed, (key) => !isRpc(key));
    expect(missing(wanted, contract)).toEqual([]);
  });

  test("CON4: v1sync is the seed's contract and the listed additions, and nothing else", () => {
    const expected = new Map([
      ...pick(seed, (key) => inPackages("v1sync")(key) && !isRpc(key)),
      // The clear-text items of the current generation. The first message has a name of its own.
      [
        fieldKey(ITEM, 2),
        `single ${ITEM}.SyncActionEstablishSharedSecret establish_shared_secret json=establishSharedSecret oneof=action`,
      ],
      [fieldKey(ITEM, 5), factOf(current, fieldKey(ITEM, 5))],
      ...factsOfMessage(current, `${ITEM}.SyncEstablishSharedSecret`, `${ITEM}.SyncActionEstablishSharedSecret`),
      ...factsOfMessage(current, `${ITEM}.SyncActionEncrypted`),
      // The messages of the rpc that the current generation added.
      ...factsOfMessage(current, "v1sync.SetRemoteClientConfigRequest"),
      ...factsOfMessage(current, "v1sync.SetRemoteClientConfigResponse"),
      // This project's extension.
      [fieldKey(`${ITEM}.SyncActionHandshake`, 100), CAPABILITIES],
    ]);
    const actual = pick(contract, (key) => inPackages("v1sync")(key) && !isRpc(key));
    expect(lines(actual)).toEqual(lines(expected));
  });
});

describe("the contract against the current generation's table", () => {
  test("CON2: the shared types are the current ones, and Peer.keyid_verified stays", () => {
    const shared = (key: string): boolean => inPackages("v1", "types")(key) && !isRpc(key);
    const expected = pick(current, shared);
    const kept = fieldKey("v1.Multihost.Peer", 3);
    expected.set(kept, factOf(seed, kept));
    expect(expected.delete(reservedKey("v1.Multihost.Peer"))).toBe(true);
    expect(lines(pick(contract, shared))).toEqual(lines(expected));
  });

  test("CON3: services and rpcs are the current ones; of the seed's, exactly these changed their messages", () => {
    expect(lines(pick(contract, isRpc))).toEqual(lines(pick(current, isRpc)));
    const seedRpcs = pick(seed, isRpc);
    expect([...seedRpcs.keys()].filter((key) => !contract.has(key))).toEqual([]);
    const changed = [...seedRpcs].filter(([key, signature]) => contract.get(key) !== signature).map(([key]) => key);
    expect(changed.toSorted()).toEqual([
      "rpc v1.Backrest AddRepo",
      "rpc v1.Backrest Backup",
      "rpc v1.Backrest Cancel",
      "rpc v1.Backrest CheckRepoExists",
      "rpc v1.Backrest DoRepoTask",
      "rpc v1.Backrest Forget",
      "rpc v1.Backrest GetDownloadURL",
      "rpc v1.Backrest RemoveRepo",
      "rpc v1.Backrest Restore",
      "rpc v1.Backrest RunCommand",
    ]);
  });

  test("CON5: v1sync3 is the current item without its clear-text members, and the three messages that clash", () => {
    const moved = new Map([
      [`${ITEM}.SyncActionHandshake`, "v1sync3.SessionHandshake"],
      [`${ITEM}.SyncActionOperationManifest`, "v1sync3.OperationManifest"],
      [`${ITEM}.SyncActionRequestOperationData`, "v1sync3.RequestOperationData"],
    ]);
    const expected = factsOfMessage(current, ITEM, "v1sync3.SessionItem");
    for (const number of [2, 5]) expect(expected.delete(fieldKey("v1sync3.SessionItem", number))).toBe(true);
    for (const [key, fact] of expected) {
      const words = fact.split(" ").map((word) => moved.get(word) ?? word);
      expected.set(key, words.join(" "));
    }
    expected.set(reservedKey("v1sync3.SessionItem"), "2-2 5-5");
    for (const [from, to] of moved)
      for (const [key, fact] of factsOfMessage(current, from, to)) expected.set(key, fact);
    expected.set(fieldKey("v1sync3.SessionHandshake", 100), CAPABILITIES);
    expect(lines(pick(contract, inPackages("v1sync3")))).toEqual(lines(expected));
  });

  test("CON5: everything else of the current generation stands in v1sync as it is", () => {
    // The item itself, what moved to v1sync3, and the key exchange, which has a name of its own: CON4 holds it.
    const elsewhere = new Set([
      ITEM,
      `${ITEM}.SyncActionHandshake`,
      `${ITEM}.SyncActionOperationManifest`,
      `${ITEM}.SyncActionRequestOperationData`,
      `${ITEM}.SyncEstablishSharedSecret`,
    ]);
    const wanted = pick(current, (key) => inPackages("v1sync")(key) && !elsewhere.has(key.split(" ")[1] ?? ""));
    for (const name of ["SyncActionReceiveConfig", "SyncActionReceiveOperations", "SyncActionSetConfig"]) {
      expect(wanted.has(messageKey(`${ITEM}.${name}`))).toBe(true);
    }
    expect(missing(wanted, contract)).toEqual([]);
  });
});

interface View {
  readonly view: DescMessage;
  readonly originals: readonly DescMessage[];
  /** What the view opens; every other submessage is `bytes`. */
  readonly opens?: Readonly<Record<string, string>>;
  /** Only these fields and the members of oneofs; all fields when absent. */
  readonly only?: readonly string[];
}

const VIEWS: readonly View[] = [
  { view: SyncItemSchema, originals: [SyncStreamItemSchema, SessionItemSchema] },
  { view: ReceiveOperationsSchema, originals: [SyncStreamItem_SyncActionReceiveOperationsSchema] },
  {
    view: OperationEventViewSchema,
    originals: [OperationEventSchema],
    opens: {
      created_operations: "hub.wire.v1.OperationList",
      updated_operations: "hub.wire.v1.OperationList",
      deleted_operations: "types.Int64List",
    },
  },
  { view: OperationListViewSchema, originals: [OperationListSchema] },
  {
    view: OperationHeaderSchema,
    originals: [OperationSchema],
    only: [
      "flow_id",
      "id",
      "instance_id",
      "logref",
      "modno",
      "original_flow_id",
      "original_id",
      "original_instance_keyid",
      "plan_id",
      "repo_guid",
      "repo_id",
      "snapshot_id",
      "status",
      "unix_time_end_ms",
      "unix_time_start_ms",
    ],
  },
];

/** How a field of a view has to look, after the originals' fields of its number. */
function expectedViewField(number: number, originals: readonly DescField[], opens: View["opens"]): string {
  const [first] = originals;
  if (first === undefined) throw new Error(`no original has a field ${number}`);
  const everywhere = originals.every((field) => field.name === first.name);
  // receive_config has another number in each generation: neither may take the name for itself.
  const name = everywhere && first.name !== "receive_config" ? first.name : `item_${number}`;
  const type = opens?.[first.name] ?? (first.message === undefined ? typeOf(first) : "bytes");
  const json = name === first.name ? first.jsonName : `item${number}`;
  return viewLine({ number, repeated: first.fieldKind === "list", type, name, json, oneof: first.oneof?.name });
}

function viewLine(field: {
  number: number;
  repeated: boolean;
  type: string;
  name: string;
  json: string;
  oneof: string | undefined;
}): string {
  const label = field.repeated ? "repeated" : "single";
  return `${field.number} ${label} ${field.type} ${field.name} json=${field.json} oneof=${field.oneof ?? "none"}`;
}

describe("the views", () => {
  test.each(VIEWS.map((entry) => [entry.view.name, entry] as const))(
    "CON6: %s has the numbers, names, labels and oneofs of what it views",
    (_name, { view, originals, opens, only }) => {
      const numbers = new Set(originals.flatMap((message) => message.fields.map((field) => field.number)));
      const expected = [...numbers]
        .toSorted((a, b) => a - b)
        .map((number) => originals.flatMap((message) => message.fields.filter((field) => field.number === number)))
        .filter(
          (fields) =>
            only === undefined || fields.some((field) => field.oneof !== undefined || only.includes(field.name)),
        )
        .map((fields) => expectedViewField(fields[0]?.number ?? 0, fields, opens));
      const actual = view.fields
        .toSorted((a, b) => a.number - b.number)
        .map((field) =>
          viewLine({
            number: field.number,
            repeated: field.fieldKind === "list",
            type: typeOf(field),
            name: field.name,
            json: field.jsonName,
            oneof: field.oneof?.name,
          }),
        );
      expect(actual).toEqual(expected);
      expect(view.fields.filter((field) => only?.includes(field.name)).length).toBe(only?.length ?? 0);
    },
  );

  test("CON6: an item of operations goes through the views and back without a changed byte", () => {
    const operation = create(OperationSchema, {
      id: 9223372036854775807n,
      instanceId: "laptop",
      modno: 7n,
      status: OperationStatus.STATUS_WARNING,
      displayMessage: "not a column",
      op: { case: "operationRunHook", value: { name: "mail", parentOp: 3n } },
    });
    const item = create(SyncStreamItemSchema, {
      action: {
        case: "receiveOperations",
        value: { event: { event: { case: "updatedOperations", value: { operations: [operation, operation] } } } },
      },
    });
    const bytes = toBinary(SyncStreamItemSchema, item);

    const itemView = fromBinary(SyncItemSchema, bytes);
    if (itemView.action.case !== "receiveOperations") throw new Error(`read as ${itemView.action.case}`);
    const receive = fromBinary(ReceiveOperationsSchema, itemView.action.value);
    const eventView = fromBinary(OperationEventViewSchema, receive.event);
    if (eventView.event.case !== "updatedOperations") throw new Error(`read as ${eventView.event.case}`);
    const { operations } = eventView.event.value;
    expect(operations.map((encoded) => Buffer.from(encoded))).toEqual(
      [operation, operation].map((each) => Buffer.from(toBinary(OperationSchema, each))),
    );
    const header = fromBinary(OperationHeaderSchema, operations[0] ?? new Uint8Array(), { readUnknownFields: false });
    expect(header).toMatchObject({ id: 9223372036854775807n, instanceId: "laptop", modno: 7n, status: 7 });
    expect(header.op.case).toBe("operationRunHook");

    receive.event = toBinary(OperationEventViewSchema, eventView);
    itemView.action.value = toBinary(ReceiveOperationsSchema, receive);
    expect(Buffer.from(toBinary(SyncItemSchema, itemView))).toEqual(Buffer.from(bytes));
  });
});

describe("the comparison itself", () => {
  test("CON7: every .proto file is walked", () => {
    const root = join(process.cwd(), "proto");
    const present = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".proto"))
      .map((path) => path.replaceAll("\\", "/").replace(/\.proto$/, ""));
    const walked = [...BACKREST_FILES, ...HUB_FILES, ...GRPC_FILES].map((file) => file.name);
    expect(walked.toSorted()).toEqual(present.toSorted());
  });

  test("CON7: the tables are whole", () => {
    expect(countKinds(seed)).toEqual({ message: 96, field: 349, reserved: 1, enum: 12, value: 72, rpc: 24 });
    expect(countKinds(current)).toEqual({ message: 117, field: 413, reserved: 2, enum: 12, value: 74, rpc: 27 });
  });

  test("CON7: a fact that is gone or altered is reported, whichever it is", () => {
    for (const key of seed.keys()) {
      const without = new Map(seed);
      without.delete(key);
      const altered = new Map(seed).set(key, "something else");
      expect(missing(seed, without)).toHaveLength(1);
      expect(missing(seed, altered)).toHaveLength(1);
    }
  });
});

describe("numbers", () => {
  test("CON8: every 64-bit integer is a bigint in TypeScript", () => {
    const fields = fieldsOf([...BACKREST_FILES, ...HUB_FILES]);
    const wide = fields.filter((field) => /64$/.test(typeOf(field)));
    expect(wide.length).toBeGreaterThan(100);
    const strings = wide.filter((field) => "longAsString" in field && field.longAsString);
    expect(strings.map(String)).toEqual([]);
  });
});

function fieldsOf(files: readonly DescFile[]): DescField[] {
  const inMessage = (message: DescMessage): DescField[] => [
    ...message.fields,
    ...message.nestedMessages.flatMap((nested) => inMessage(nested)),
  ];
  return files.flatMap((file) => file.messages.flatMap((message) => inMessage(message)));
}

function countKinds(facts: Facts): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of facts.keys()) {
    const kind = key.split(" ")[0] ?? "";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
