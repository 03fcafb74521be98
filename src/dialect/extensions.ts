import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import {
  SyncStreamItem_SyncActionReceiveLogDataSchema,
  SyncStreamItem_SyncActionRequestLogSchema,
  SyncStreamItem_SyncActionThrottleSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { HubMessage, PeerMessage } from "./dialect.js";
import { decode } from "./payloads.js";

type Extension = "requestLog" | "receiveLogData" | "throttle";

const NO_UNKNOWN = { readUnknownFields: false } as const;

/** Whether a peer that announced these capabilities may send this. */
export function isAnnounced(name: Extension, capabilities: readonly string[]): boolean {
  return capabilities.includes(name === "throttle" ? "throttle" : "logs");
}

/**
 * What is no part of Backrest's own protocol and comes only from peers that announced it.
 * @throws HubError `invalid_argument`
 */
export function readExtension({ case: name, value }: { case: Extension; value: Uint8Array }): PeerMessage {
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

/** The item for a peer that announced it; the same in both generations. */
export function extensionOf(
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
