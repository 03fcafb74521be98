import { create, toBinary } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import {
  SyncStreamItem_SyncActionReceiveConfigSchema as ReceiveConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ReceiveResourcesSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../../errors.js";
import { varintLength, varintLength32, writeVarint, writeVarint32 } from "../../store/varint.js";
import type { HubMessage, PeerMessage } from "../dialect.js";
import { readCommonItem } from "../common-items.js";
import { extensionOf } from "../extensions.js";
import { nameOf } from "../item-name.js";
import { readConfig, refused } from "../payloads.js";
import { readManifest } from "./manifest.js";

/** In one request: v1.13.0 spoils longer answers. */
export const MAX_REQUESTED_IDS = 256;

/** What the members that are called after their number are in this generation. */
export const CURRENT_NAMES = {
  item20: "operation_manifest",
  item22: "request_operation_data",
  item23: "receive_config",
} as const;

/**
 * An item out of a record, behind the peer's handshake.
 * @param capabilities what this peer announced in its handshake
 * @throws HubError `invalid_argument` or `resource_exhausted` for what a peer must not send, in words
 */
export function readCurrentItem(item: SyncItem, capabilities: readonly string[] = []): PeerMessage {
  const common = readCommonItem(item, capabilities);
  if (common !== undefined) return common;
  switch (item.action.case) {
    case "item20":
      return { kind: "manifest", manifest: readManifest(item.action.value) };
    case "item23":
      return readConfig(item.action.value);
    case "establishSharedSecret":
      throw refused("a second key exchange", "one key exchange opens a session");
    case "encrypted":
      throw refused("an encrypted message inside an encrypted message", "everything is encrypted once");
    default:
  }
  throw refused(nameOf(item, CURRENT_NAMES), "a Backrest does not send this to its host");
}

/** The item for a record; see {@link RecordSealer} for when to seal it. */
export function writeCurrentItem(message: HubMessage): SyncItem {
  switch (message.kind) {
    case "heartbeat":
      return itemOf("heartbeat", EMPTY);
    case "request-resources":
      return itemOf("requestResources", EMPTY);
    case "request-manifest":
      return itemOf("item20", EMPTY);
    case "request-operation-data": {
      if (message.opIds.length > MAX_REQUESTED_IDS) {
        throw new HubError("internal", `a request for ${message.opIds.length} operations at once`);
      }
      return itemOf("item22", requestOf(message.opIds));
    }
    case "config":
      return itemOf("item23", toBinary(ReceiveConfigSchema, create(ReceiveConfigSchema, { config: message.config })));
    case "resources":
      return itemOf("receiveResources", toBinary(ReceiveResourcesSchema, message.resources));
    case "set-config":
      return itemOf("setConfig", toBinary(SetConfigSchema, message.change));
    case "request-log":
    case "log-data":
    case "throttle":
      return create(SyncItemSchema, { action: extensionOf(message) });
    case "request-operations":
      throw new HubError("internal", `the current generation has no way to say ${message.kind}`);
  }
}

const EMPTY = new Uint8Array();

type Member = Exclude<SyncItem["action"]["case"], undefined>;

function itemOf(member: Member, value: Uint8Array): SyncItem {
  return create(SyncItemSchema, { action: { case: member, value } });
}

/** `RequestOperationData.op_ids`, packed. */
const TAG_OP_IDS = 0x0a;

/** By hand: generated code takes six times as long, and a first sync consists of little else that the hub says. */
function requestOf(opIds: readonly bigint[] | BigInt64Array): Uint8Array {
  let length = 0;
  for (const opId of opIds) length += varintLength(opId);
  const bytes = new Uint8Array(1 + varintLength32(length) + length);
  bytes[0] = TAG_OP_IDS;
  let at = writeVarint32(bytes, 1, length);
  for (const opId of opIds) at = writeVarint(bytes, at, opId);
  return bytes;
}
