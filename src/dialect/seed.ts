import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ReceiveOperationsSchema, type SyncItem, SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import {
  SyncStreamItem_SyncActionReceiveConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema,
  SyncStreamItem_SyncActionReceiveLogDataSchema,
  SyncStreamItem_SyncActionRequestLogSchema,
  SyncStreamItem_SyncActionRequestOperationsSchema,
  SyncStreamItem_SyncActionThrottleSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import type { Dialect, HostIdentity, HubMessage, PeerHello, PeerMessage } from "./dialect.js";
import { MAX_ID_LENGTH } from "./ids.js";
import { assertCount, countEntries, countPacked, MESSAGE_LIMITS } from "./message-size.js";
import { readSeedHandshake, writeSeedHandshake } from "./seed-handshake.js";

/** Asked with this, a client answers with `updated` lists only, whose batches it does not corrupt. */
const EVERY_ID = 9223372036854775807n;
/** The members of `v1.OperationEvent` are numbered from this to that. */
const KEEP_ALIVE = 1;
const DELETED_OPERATIONS = 4;
/** `v1.OperationList.operations`. */
const LIST_ENTRIES: ReadonlySet<number> = new Set([1]);
/** `SyncActionReceiveResources.repos` and `.plans`. */
const RESOURCE_LISTS: ReadonlySet<number> = new Set([1, 2]);
const NO_UNKNOWN = { readUnknownFields: false } as const;

/** The seed generation, Backrest v1.11.0 to v1.12.1: everything in the clear. */
export class SeedDialect implements Dialect {
  readonly generation = "seed";
  readonly #host: HostIdentity;

  constructor(host: HostIdentity) {
    this.#host = host;
  }

  readHandshake(item: SyncItem, nowMs: number): PeerHello {
    if (item.action.case === "establishSharedSecret") {
      throw new HubError(
        "unimplemented",
        "this hub does not sync with Backrest v1.13 and later yet; until it does, use Backrest v1.11 or v1.12 on this machine",
      );
    }
    if (item.action.case !== "handshake") {
      throw new HubError(
        "invalid_argument",
        `the first message is ${nameOf(item)}, not a handshake; is this address meant for Backrest's sync?`,
      );
    }
    return readSeedHandshake(item.action.value, nowMs);
  }

  writeHandshake(nowMs: number): SyncItem {
    return create(SyncItemSchema, { action: { case: "handshake", value: writeSeedHandshake(this.#host, nowMs) } });
  }

  read(item: SyncItem, capabilities: readonly string[]): PeerMessage {
    switch (item.action.case) {
      case "receiveOperations":
        return readOperations(item.action.value);
      case "heartbeat":
        return { kind: "heartbeat" };
      case "receiveResources":
        return readResources(item.action.value);
      case "item22":
        return readConfig(item.action.value);
      case "requestLog":
      case "receiveLogData":
      case "throttle":
        if (!capabilities.includes(item.action.case === "throttle" ? "throttle" : "logs")) break;
        return readExtension(item.action);
      case "handshake":
        throw refused("a second handshake", "one handshake opens a session");
      case undefined:
        throw refused("a message with nothing set", "it carries none of the actions that this hub knows");
      default:
    }
    throw refused(nameOf(item), "a Backrest does not send this to its host");
  }

  write(message: HubMessage): SyncItem {
    switch (message.kind) {
      case "heartbeat":
        return create(SyncItemSchema, { action: { case: "heartbeat", value: new Uint8Array() } });
      case "request-resources":
        return create(SyncItemSchema, { action: { case: "requestResources", value: new Uint8Array() } });
      case "request-operations": {
        const request = create(SyncStreamItem_SyncActionRequestOperationsSchema, {
          highOpid: EVERY_ID,
          highModno: message.sinceModno,
        });
        const value = toBinary(SyncStreamItem_SyncActionRequestOperationsSchema, request);
        return create(SyncItemSchema, { action: { case: "item20", value } });
      }
      case "request-log":
      case "log-data":
      case "throttle":
        return create(SyncItemSchema, { action: extensionOf(message) });
    }
  }
}

/** What is no part of Backrest's own protocol and comes only from peers that announced it. */
function readExtension({
  case: name,
  value,
}: {
  case: "requestLog" | "receiveLogData" | "throttle";
  value: Uint8Array;
}): PeerMessage {
  switch (name) {
    case "requestLog":
      return decode("a request for a log", () => {
        const { logId } = fromBinary(SyncStreamItem_SyncActionRequestLogSchema, value, NO_UNKNOWN);
        return { kind: "log-request", logId };
      });
    case "receiveLogData":
      return decode("a piece of a log", () => {
        const piece = fromBinary(SyncStreamItem_SyncActionReceiveLogDataSchema, value, NO_UNKNOWN);
        const { logId, ownerOpid, expirationTsUnix, chunk, errorMessage } = piece;
        return { kind: "log-data", logId, ownerOpid, expirationTsUnix, chunk, errorMessage };
      });
    case "throttle":
      return decode("a throttle", () => {
        const { delayMs } = fromBinary(SyncStreamItem_SyncActionThrottleSchema, value, NO_UNKNOWN);
        return { kind: "throttle", delayMs };
      });
  }
}

function extensionOf(
  message: Extract<HubMessage, { kind: "request-log" | "log-data" | "throttle" }>,
): SyncItem["action"] {
  switch (message.kind) {
    case "request-log": {
      const schema = SyncStreamItem_SyncActionRequestLogSchema;
      return { case: "requestLog", value: toBinary(schema, create(schema, { logId: message.logId })) };
    }
    case "log-data": {
      const schema = SyncStreamItem_SyncActionReceiveLogDataSchema;
      const { logId, errorMessage } = message;
      return { case: "receiveLogData", value: toBinary(schema, create(schema, { logId, errorMessage })) };
    }
    case "throttle": {
      const schema = SyncStreamItem_SyncActionThrottleSchema;
      return { case: "throttle", value: toBinary(schema, create(schema, { delayMs: BigInt(message.delayMs) })) };
    }
  }
}

/** Looks no further than the kind of the event and the number of its entries: its operations are the store's to read. */
function readOperations(bytes: Uint8Array): PeerMessage {
  const { event } = decode("operations", () => fromBinary(ReceiveOperationsSchema, bytes, NO_UNKNOWN));
  const member = decode("operations", () => eventMember(event));
  if (member === undefined) {
    throw refused("an operation event with nothing set", "it must create, update or delete something");
  }
  switch (member.no) {
    case KEEP_ALIVE:
      return { kind: "nothing" };
    case DELETED_OPERATIONS:
      assertCount(
        "deletions",
        decode("operations", () => countDeleted(member.value)),
        MESSAGE_LIMITS.deletedIds,
      );
      return { kind: "operations", event };
    default: {
      const count = decode("operations", () => countEntries(member.value, LIST_ENTRIES));
      assertCount("operations", count, MESSAGE_LIMITS.operations);
      return { kind: "operations", event };
    }
  }
}

/** The member of `v1.OperationEvent` that is set; of a oneof the last one counts. */
function eventMember(event: Uint8Array): { readonly no: number; readonly value: Uint8Array } | undefined {
  const reader = new BinaryReader(event);
  let member: { no: number; value: Uint8Array } | undefined;
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited && no >= KEEP_ALIVE && no <= DELETED_OPERATIONS) {
      member = { no, value: reader.bytes() };
    } else {
      reader.skip(wireType, no);
    }
  }
  return member;
}

/** Ids come packed, or one by one from whoever likes it so. */
function countDeleted(list: Uint8Array): number {
  const reader = new BinaryReader(list);
  let count = 0;
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      const packed = reader.bytes();
      if (no === 1) count += countPacked(packed);
    } else {
      reader.skip(wireType, no);
      if (no === 1) count++;
    }
  }
  return count;
}

/** Repos and plans whose ids are too long to be kept are left out; a Backrest has none. */
function readResources(bytes: Uint8Array): PeerMessage {
  assertSize("list of repos and plans", bytes);
  assertCount(
    "repos and plans",
    decode("resources", () => countEntries(bytes, RESOURCE_LISTS)),
    MESSAGE_LIMITS.descriptions,
  );
  const resources = decode("resources", () =>
    fromBinary(SyncStreamItem_SyncActionReceiveResourcesSchema, bytes, NO_UNKNOWN),
  );
  resources.repos = resources.repos.filter(
    ({ id, guid }) => id.length <= MAX_ID_LENGTH && guid.length <= MAX_ID_LENGTH,
  );
  resources.plans = resources.plans.filter(({ id }) => id.length <= MAX_ID_LENGTH);
  return { kind: "resources", resources };
}

function readConfig(bytes: Uint8Array): PeerMessage {
  assertSize("configuration", bytes);
  const { config } = decode("configuration", () =>
    fromBinary(SyncStreamItem_SyncActionReceiveConfigSchema, bytes, NO_UNKNOWN),
  );
  if (config === undefined) {
    throw refused("a configuration message without a configuration", "the config field must be set");
  }
  let entries = config.repos.length + config.plans.length;
  for (const { hooks, env, flags } of config.repos) entries += hooks.length + env.length + flags.length;
  for (const { hooks, paths, excludes } of config.plans) entries += hooks.length + paths.length + excludes.length;
  assertCount("a configuration", entries, MESSAGE_LIMITS.descriptions);
  return { kind: "config", config };
}

function decode<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new HubError(
      "invalid_argument",
      `a message with ${what} does not decode; this does not look like a Backrest`,
      {
        cause,
      },
    );
  }
}

function assertSize(what: string, bytes: Uint8Array): void {
  if (bytes.length <= MESSAGE_LIMITS.descriptionBytes) return;
  throw new HubError(
    "resource_exhausted",
    `the ${what} of this Backrest takes ${bytes.length} bytes; at most ${MESSAGE_LIMITS.descriptionBytes} are accepted`,
  );
}

function refused(what: string, why: string): HubError {
  return new HubError("invalid_argument", `this Backrest sent ${what}; ${why}`);
}

/** The contract's own name of what came, for a person. */
function nameOf(item: SyncItem): string {
  switch (item.action.case) {
    case undefined:
      return "empty";
    case "item20":
      return "request_operations";
    case "item22":
      return "receive_config";
    default:
      return item.action.case.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
