import { create, toBinary } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import {
  SyncStreamItem_SyncActionRequestOperationsSchema,
  SyncStreamItem_SyncActionSetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { readCommonItem } from "./common-items.js";
import type { HubMessage, PeerHello, PeerMessage } from "./dialect.js";
import { extensionOf } from "./extensions.js";
import { nameOf } from "./item-name.js";
import { readConfig, refused } from "./payloads.js";
import { readSeedHandshake, type SeedHost, writeSeedHandshake } from "./seed-handshake.js";

/** Asked with this, a client answers with `updated` lists only, whose batches it does not corrupt. */
const EVERY_ID = 9223372036854775807n;

/** What the members that are called after their number are in this generation. */
const SEED_NAMES = { item20: "request_operations", item22: "receive_config" } as const;

/** The seed generation, Backrest v1.11.0 to v1.12.1: everything in the clear. */
export class SeedDialect {
  readonly generation = "seed";
  readonly #host: SeedHost;

  constructor(host: SeedHost) {
    this.#host = host;
  }

  /**
   * Checks a peer's handshake in full.
   * Throws a HubError whose words tell the peer's operator what to do.
   */
  readHandshake(item: SyncItem, nowMs: number): PeerHello {
    if (item.action.case !== "handshake") {
      throw new HubError(
        "invalid_argument",
        `the first message is ${nameOf(item, SEED_NAMES)}, not a handshake; is this address meant for Backrest's sync?`,
      );
    }
    return readSeedHandshake(item.action.value, nowMs);
  }

  /** The hub's own handshake, to be sent only after the peer was accepted. */
  writeHandshake(nowMs: number): SyncItem {
    return create(SyncItemSchema, { action: { case: "handshake", value: writeSeedHandshake(this.#host, nowMs) } });
  }

  /**
   * Throws a HubError for what a peer must not send.
   * @param capabilities what this peer announced in its handshake
   */
  read(item: SyncItem, capabilities: readonly string[]): PeerMessage {
    const common = readCommonItem(item, capabilities);
    if (common !== undefined) return common;
    if (item.action.case === "item22") return readConfig(item.action.value);
    throw refused(nameOf(item, SEED_NAMES), "a Backrest does not send this to its host");
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
      case "set-config": {
        const value = toBinary(SyncStreamItem_SyncActionSetConfigSchema, message.change);
        return create(SyncItemSchema, { action: { case: "setConfig", value } });
      }
      case "request-log":
      case "log-data":
      case "throttle":
        return create(SyncItemSchema, { action: extensionOf(message) });
      default:
        throw new HubError("internal", `the seed generation has no way to say ${message.kind}`);
    }
  }
}
