import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  RefusalCause as Cause,
  type RefusedConnection,
  RefusedConnectionSchema,
} from "../../gen/hub/v1/connections_pb.js";
import { PeerGeneration } from "../../gen/hub/v1/peers_pb.js";
import { clientVersion } from "../connections/client-version.js";
import { refusalWords } from "../connections/refusal-words.js";
import type { RefusalCause } from "../refusal.js";
import type { RefusalRecord } from "../store/refusals.js";
import type { Generation } from "../store/store.js";

const CAUSES: Readonly<Record<RefusalCause, Cause>> = {
  "unknown-key": Cause.UNKNOWN_KEY,
  "instance-taken": Cause.INSTANCE_TAKEN,
  "key-changed": Cause.KEY_CHANGED,
  "key-replaced": Cause.KEY_REPLACED,
  "instance-renamed": Cause.INSTANCE_RENAMED,
  "hub-identity": Cause.HUB_IDENTITY,
  "key-shared": Cause.KEY_SHARED,
  clock: Cause.CLOCK,
  "token-unknown": Cause.TOKEN_UNKNOWN,
  "token-expired": Cause.TOKEN_EXPIRED,
  "token-used-up": Cause.TOKEN_USED_UP,
  "token-other-instance": Cause.TOKEN_OTHER_INSTANCE,
  "token-key-known": Cause.TOKEN_KEY_KNOWN,
  "token-guesses": Cause.TOKEN_GUESSES,
  "clear-text-peer": Cause.CLEAR_TEXT_PEER,
  "clear-text-to-https": Cause.CLEAR_TEXT_TO_HTTPS,
  "clear-text-request": Cause.CLEAR_TEXT_REQUEST,
  "tls-without-certificate": Cause.TLS_WITHOUT_CERTIFICATE,
  "tls-failed": Cause.TLS_FAILED,
  "http1-on-sync": Cause.HTTP1_ON_SYNC,
  "wrong-path": Cause.WRONG_PATH,
  "not-http": Cause.NOT_HTTP,
  "silent-connection": Cause.SILENT_CONNECTION,
  flood: Cause.FLOOD,
  "too-busy": Cause.TOO_BUSY,
  "bad-handshake": Cause.BAD_HANDSHAKE,
  "no-handshake": Cause.NO_HANDSHAKE,
  "left-opening": Cause.LEFT_OPENING,
  "protocol-error": Cause.PROTOCOL_ERROR,
  "stopped-answering": Cause.STOPPED_ANSWERING,
  "connection-lost": Cause.CONNECTION_LOST,
  overflow: Cause.OVERFLOW,
  "hub-failure": Cause.HUB_FAILURE,
};

export function causeMessage(cause: RefusalCause): Cause {
  return CAUSES[cause];
}

/** @param connected whether a session of its key is open */
export function refusedMessage(entry: RefusalRecord, connected: boolean): RefusedConnection {
  const { sentence, cure } = refusalWords(entry);
  return create(RefusedConnectionSchema, {
    id: entry.id,
    firstSeen: timestampFromMs(entry.firstMs),
    lastSeen: timestampFromMs(entry.lastMs),
    count: BigInt(entry.count),
    remoteAddress: entry.address,
    generation: generationMessage(entry.generation),
    clientVersion: clientVersion(entry.userAgent, entry.generation),
    userAgent: entry.userAgent,
    instanceId: entry.instanceId,
    keyid: entry.keyid,
    cause: causeMessage(entry.cause),
    sentence,
    cure,
    message: entry.message,
    connectedNow: connected,
    settled: connected || entry.settled,
  });
}

export function generationMessage(generation: Generation | undefined): PeerGeneration {
  if (generation === undefined) return PeerGeneration.UNSPECIFIED;
  return generation === "seed" ? PeerGeneration.SEED : PeerGeneration.CURRENT;
}
