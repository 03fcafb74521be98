import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ReceiveOperationsSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import {
  SyncStreamItem_SyncActionReceiveConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import type { PeerMessage } from "./dialect.js";
import { MAX_ID_LENGTH } from "./ids.js";
import { assertCount, countEntries, countPacked, MESSAGE_LIMITS } from "./message-size.js";

/** The members of `v1.OperationEvent` are numbered from this to that. */
const KEEP_ALIVE = 1;
const DELETED_OPERATIONS = 4;
/** `v1.OperationList.operations`. */
const LIST_ENTRIES: ReadonlySet<number> = new Set([1]);
/** `SyncActionReceiveResources.repos` and `.plans`. */
const RESOURCE_LISTS: ReadonlySet<number> = new Set([1, 2]);
const NO_UNKNOWN = { readUnknownFields: false } as const;

/**
 * Looks no further than the kind of the event and the number of its entries: its operations are the store's to read.
 * @throws HubError `invalid_argument` or `resource_exhausted`
 */
export function readOperations(bytes: Uint8Array): PeerMessage {
  const { event } = decode("operations", () => fromBinary(ReceiveOperationsSchema, bytes, NO_UNKNOWN));
  const member = decode("operations", () => eventMember(event));
  if (member === undefined) {
    throw refused("an operation event with nothing set", "it must create, update or delete something");
  }
  switch (member.no) {
    case KEEP_ALIVE:
      return { kind: "nothing" };
    case DELETED_OPERATIONS: {
      const entries = decode("operations", () => countDeleted(member.value));
      assertCount("deletions", entries, MESSAGE_LIMITS.deletedIds);
      return { kind: "operations", event, entries };
    }
    default: {
      const entries = decode("operations", () => countEntries(member.value, LIST_ENTRIES));
      assertCount("operations", entries, MESSAGE_LIMITS.operations);
      return { kind: "operations", event, entries };
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
export function readResources(bytes: Uint8Array): PeerMessage {
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

/** @throws HubError `invalid_argument` or `resource_exhausted` */
export function readConfig(bytes: Uint8Array): PeerMessage {
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

/** @throws HubError `invalid_argument` where `read` throws */
export function decode<T>(what: string, read: () => T): T {
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

/** What a peer must not send, in words. */
export function refused(what: string, why: string): HubError {
  return new HubError("invalid_argument", `this Backrest sent ${what}; ${why}`);
}
