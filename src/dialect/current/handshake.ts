import { createHash } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type SessionHandshake, SessionHandshakeSchema } from "../../../gen/v1sync3/session_pb.js";
import { HubError } from "../../errors.js";
import type { Ed25519Identity } from "../identity.js";
import { type Ed25519PublicKey, parseEd25519PublicKey, verifyEd25519 } from "../identity.js";
import { assertId } from "../ids.js";
import { uint32 } from "./key-schedule.js";

/** The version that the current generation states in its handshake. */
export const CURRENT_PROTOCOL_VERSION = 3n;

/** What either side says of itself in its first record. */
export interface SessionIntroduction {
  readonly identity: Pick<Ed25519Identity, "keyid" | "ed25519pub" | "sign">;
  readonly instanceId: string;
  /** From a client until it has been in session with its host; else empty. */
  readonly pairingSecret: string;
  readonly capabilities: readonly string[];
}

/** What either side proved of itself: whoever sent this holds the key and took part in this very key exchange. */
export interface SessionClaim {
  readonly keyid: string;
  /** 32 bytes in base64 without padding. */
  readonly publicKey: string;
  readonly instanceId: string;
  /** As it was sent; never to be logged. */
  readonly pairingSecret: string;
  readonly capabilities: readonly string[];
}

export interface Bound {
  readonly protocolVersion: bigint;
  readonly instanceId: string;
  readonly pairingSecret: string;
  readonly transcript: Uint8Array;
}

/** Counted against the address that it came from; see the limits of key exchanges. */
export class WrongSignature extends HubError {}

const BIND_LABEL = Buffer.from("backrest-sync-handshake/v1\0");
const MAX_CAPABILITIES = 32;
/** A generated one has 64 characters. */
const MAX_SECRET_LENGTH = 256;
const CHECK_IDENTITY = "check sync.identity in this machine's Backrest configuration";

/** The 32 bytes that a handshake's signature covers. */
export function bindHash({ protocolVersion, instanceId, pairingSecret, transcript }: Bound): Uint8Array {
  const version = Buffer.alloc(8);
  version.writeBigUInt64BE(BigInt.asUintN(64, protocolVersion));
  const hash = createHash("sha256").update(BIND_LABEL).update(version);
  for (const part of [Buffer.from(instanceId), Buffer.from(pairingSecret), transcript]) {
    hash.update(uint32(part.length)).update(part);
  }
  return hash.digest();
}

/** The bytes of a `SessionHandshake`, signed for the key exchange with this transcript. */
export function writeSessionHandshake(own: SessionIntroduction, transcript: Uint8Array): Uint8Array {
  const { identity, instanceId, pairingSecret, capabilities } = own;
  const protocolVersion = CURRENT_PROTOCOL_VERSION;
  return toBinary(
    SessionHandshakeSchema,
    create(SessionHandshakeSchema, {
      protocolVersion,
      publicKey: { keyid: identity.keyid, ed25519pub: identity.ed25519pub },
      instanceId,
      pairingSecret,
      signature: identity.sign(bindHash({ protocolVersion, instanceId, pairingSecret, transcript })),
      capabilities: [...capabilities],
    }),
  );
}

/**
 * Checks a handshake in full: version, key, both statements of the key id, instance id, and the signature over all of
 * it and this key exchange. Whether the key is known is for others to say: a handshake that was sent back to its sender
 * passes here.
 * @param payload the bytes of a `SessionHandshake`
 * @throws HubError `permission_denied` (version, key, signature, ids; a {@link WrongSignature} where it is that) or
 * `invalid_argument` (shape)
 */
export function readSessionHandshake(payload: Uint8Array, transcript: Uint8Array): SessionClaim {
  const handshake = decode(payload);
  try {
    return checkHandshake(handshake, transcript);
  } catch (reason) {
    const { publicKey, instanceId } = handshake;
    throw HubError.from(reason).claimedBy({ keyid: publicKey?.keyid ?? "", instanceId });
  }
}

function checkHandshake(handshake: SessionHandshake, transcript: Uint8Array): SessionClaim {
  const { protocolVersion, instanceId, pairingSecret, signature } = handshake;
  if (protocolVersion !== CURRENT_PROTOCOL_VERSION) {
    throw refused(
      `this peer states protocol version ${protocolVersion} where Backrest v1.13 and v1.14 state ${CURRENT_PROTOCOL_VERSION}; install a released version of Backrest`,
    );
  }
  const { key, keyid } = checkKey(handshake);
  assertId("instance id", instanceId);
  if (pairingSecret.length > MAX_SECRET_LENGTH) {
    throw refused("the pairing secret is too long to be one; copy the pairing token again, whole and alone");
  }
  if (transcript.length === 0) throw new HubError("internal", "a handshake was read without a key exchange");
  if (signature.length === 0) throw refused("the handshake carries no signature; restart Backrest on this machine");
  if (!verifyEd25519(key, bindHash({ protocolVersion, instanceId, pairingSecret, transcript }), signature)) {
    throw new WrongSignature(
      "permission_denied",
      `the handshake's signature does not fit its public key and this key exchange; ${CHECK_IDENTITY}`,
    );
  }
  return {
    keyid,
    publicKey: handshake.publicKey?.ed25519pub ?? "",
    instanceId,
    pairingSecret,
    capabilities: handshake.capabilities.slice(0, MAX_CAPABILITIES).filter((name) => /^[a-z0-9-]{1,32}$/.test(name)),
  };
}

function decode(payload: Uint8Array): SessionHandshake {
  try {
    return fromBinary(SessionHandshakeSchema, payload, { readUnknownFields: false });
  } catch (cause) {
    throw new HubError("invalid_argument", "the handshake does not decode; this does not look like a Backrest", {
      cause,
    });
  }
}

function checkKey({ publicKey }: SessionHandshake): Ed25519PublicKey {
  if (publicKey === undefined || publicKey.keyid === "" || publicKey.ed25519pub === "") {
    throw refused(`the handshake carries no public key; ${CHECK_IDENTITY}`);
  }
  const parsed = parseEd25519PublicKey(publicKey.ed25519pub);
  if (parsed.keyid === publicKey.keyid) return parsed;
  throw refused(`the handshake's key id does not belong to its public key; ${CHECK_IDENTITY}`);
}

function refused(words: string): HubError {
  return new HubError("permission_denied", words);
}
