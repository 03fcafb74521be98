import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type SyncStreamItem,
  type SyncStreamItem_SyncActionHandshake as Handshake,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { type EcdsaIdentity, type EcdsaPublicKey, parseEcdsaPublicKey, verifyEcdsa } from "../dialect/identity.js";

/** Who the peer is and what it announces. */
export interface OwnHandshake {
  readonly identity: EcdsaIdentity;
  readonly instanceId: string;
  /** Beyond Backrest's contract; a Backrest announces none. */
  readonly capabilities: readonly string[];
}

/** What a host said of itself, checked. */
export interface HostHello {
  readonly instanceId: string;
  readonly keyid: string;
  readonly capabilities: readonly string[];
}

/** The host that a peer is configured to talk to. */
export interface KnownHost {
  readonly keyid: string;
  readonly instanceId?: string;
}

const PROTOCOL_VERSION = 1n;
const MAX_AGE_MS = 5n * 60_000n;

export function writeHandshake(own: OwnHandshake, timestampMs: number): SyncStreamItem {
  const { keyid, ed25519pub } = own.identity;
  const payload = new TextEncoder().encode(own.instanceId);
  const instanceId = { keyid, payload, signature: own.identity.sign(payload), timestampMillis: BigInt(timestampMs) };
  return create(SyncStreamItemSchema, {
    action: {
      case: "handshake",
      value: {
        protocolVersion: PROTOCOL_VERSION,
        publicKey: { keyid, ed25519pub },
        instanceId,
        capabilities: [...own.capabilities],
      },
    },
  });
}

/**
 * The checks of a seed client: it accepts a clock that is ahead, however far.
 * @param known undefined accepts every host
 * @throws ConnectError `permission_denied`
 */
export function readHostHandshake(handshake: Handshake, known: KnownHost | undefined, nowMs: number): HostHello {
  if (handshake.protocolVersion !== PROTOCOL_VERSION) {
    throw refused(`states protocol version ${handshake.protocolVersion}, not ${PROTOCOL_VERSION}`);
  }
  const signed = handshake.instanceId;
  if (signed === undefined || signed.payload.length === 0 || signed.signature.length === 0) {
    throw refused("signed no instance id");
  }
  const { key, keyid } = readKey(handshake);
  if (signed.keyid !== keyid) throw refused("names another key under its signature");
  if (!verifyEcdsa(key, signed.payload, signed.signature)) throw refused("signed with another key");
  if (BigInt(nowMs) - signed.timestampMillis > MAX_AGE_MS) throw refused("sent a handshake older than 5 minutes");
  const instanceId = new TextDecoder().decode(signed.payload);
  if (known !== undefined && known.keyid !== keyid) throw refused(`has the key ${keyid}, not ${known.keyid}`);
  if (known?.instanceId !== undefined && known.instanceId !== instanceId) {
    throw refused(`calls itself ${instanceId}, not ${known.instanceId}`);
  }
  return { instanceId, keyid, capabilities: handshake.capabilities };
}

function readKey({ publicKey }: Handshake): EcdsaPublicKey {
  if (publicKey === undefined || publicKey.ed25519pub === "") throw refused("sent no public key");
  let parsed: EcdsaPublicKey;
  try {
    parsed = parseEcdsaPublicKey(publicKey.ed25519pub);
  } catch (cause) {
    throw refused("sent a public key that does not decode", cause);
  }
  if (parsed.keyid !== publicKey.keyid) throw refused("states a key id that is not its key's");
  return parsed;
}

function refused(what: string, cause?: unknown): ConnectError {
  return new ConnectError(`the host ${what}`, Code.PermissionDenied, undefined, undefined, cause);
}
