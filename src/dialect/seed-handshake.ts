import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { isUtf8 } from "node:buffer";
import { SignedMessageSchema, type SignedMessage } from "../../gen/v1/crypto_pb.js";
import {
  SyncStreamItem_SyncActionHandshakeSchema,
  type SyncStreamItem_SyncActionHandshake,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import type { RefusalClaim } from "../refusal.js";
import type { PeerHello } from "./dialect.js";
import { HUB_CAPABILITIES } from "./dialect.js";
import { parseEcdsaPublicKey, verifyEcdsa } from "./identity.js";
import { assertId } from "./ids.js";

/** The version that the seed generation states in its handshake. */
export const SEED_PROTOCOL_VERSION = 1n;
/** How far a peer's clock may be off, either way. Upstream accepts any time in the future; the hub does not. */
export const MAX_CLOCK_SKEW_MS = 5n * 60n * 1000n;
const MAX_CAPABILITIES = 32;

/** Who the hub is, as this generation's opening needs it. */
export interface SeedHost {
  readonly instanceId: string;
  readonly ecdsa: { readonly keyid: string; readonly ed25519pub: string; sign(payload: Uint8Array): Uint8Array };
}

/**
 * Checks a seed handshake in full: version, key, both statements of the key id, signature and age.
 * @param payload the bytes of a `SyncActionHandshake`
 * @throws HubError `permission_denied` (key, signature, clock) or `invalid_argument` (shape), in words for a person
 */
export function readSeedHandshake(payload: Uint8Array, nowMs: number): PeerHello {
  const handshake = decode(payload);
  try {
    return checkHandshake(handshake, nowMs);
  } catch (reason) {
    throw HubError.from(reason).claimedBy(claimOf(handshake));
  }
}

function checkHandshake(handshake: SyncStreamItem_SyncActionHandshake, nowMs: number): PeerHello {
  if (handshake.protocolVersion !== SEED_PROTOCOL_VERSION) {
    throw new HubError(
      "permission_denied",
      `this peer states protocol version ${handshake.protocolVersion} where Backrest v1.11 to v1.12 state ${SEED_PROTOCOL_VERSION}; install a released version of Backrest`,
    );
  }
  const keyid = checkKey(handshake);
  const signed = handshake.instanceId;
  if (signed === undefined || signed.payload.length === 0 || signed.signature.length === 0) {
    throw new HubError(
      "permission_denied",
      "the handshake carries no signed instance id; restart Backrest on this machine",
    );
  }
  if (signed.keyid !== keyid.keyid) {
    throw new HubError(
      "permission_denied",
      "the handshake's signature names another key than its public key; check sync.identity in this machine's Backrest configuration",
    );
  }
  if (!verifyEcdsa(keyid.key, signed.payload, signed.signature)) {
    throw new HubError(
      "permission_denied",
      "the handshake's signature does not fit its public key; check sync.identity in this machine's Backrest configuration",
    );
  }
  checkClock(signed, nowMs);
  if (!isUtf8(signed.payload)) {
    throw new HubError(
      "permission_denied",
      "the instance id is not text; set a plain instance id in this machine's Backrest configuration",
    );
  }
  const instanceId = Buffer.from(signed.payload).toString("utf8");
  assertId("instance id", instanceId);
  return {
    generation: "seed",
    keyid: keyid.keyid,
    instanceId,
    clearText: true,
    pairingSecret: "",
    capabilities: handshake.capabilities.slice(0, MAX_CAPABILITIES).filter((name) => /^[a-z0-9-]{1,32}$/.test(name)),
  };
}

/** The bytes of the hub's own `SyncActionHandshake`, signed for `nowMs`. */
export function writeSeedHandshake(host: SeedHost, nowMs: number): Uint8Array {
  const payload = Buffer.from(host.instanceId, "utf8");
  return toBinary(
    SyncStreamItem_SyncActionHandshakeSchema,
    create(SyncStreamItem_SyncActionHandshakeSchema, {
      protocolVersion: SEED_PROTOCOL_VERSION,
      publicKey: { keyid: host.ecdsa.keyid, ed25519pub: host.ecdsa.ed25519pub },
      instanceId: create(SignedMessageSchema, {
        keyid: host.ecdsa.keyid,
        payload,
        signature: host.ecdsa.sign(payload),
        timestampMillis: BigInt(nowMs),
      }),
      capabilities: [...HUB_CAPABILITIES],
    }),
  );
}

function claimOf({ publicKey, instanceId }: SyncStreamItem_SyncActionHandshake): RefusalClaim {
  return { keyid: publicKey?.keyid ?? "", instanceId: Buffer.from(instanceId?.payload ?? []).toString("utf8") };
}

function decode(payload: Uint8Array): SyncStreamItem_SyncActionHandshake {
  try {
    return fromBinary(SyncStreamItem_SyncActionHandshakeSchema, payload, { readUnknownFields: false });
  } catch (cause) {
    throw new HubError("invalid_argument", "the handshake does not decode; this does not look like a Backrest", {
      cause,
    });
  }
}

function checkKey(handshake: SyncStreamItem_SyncActionHandshake): ReturnType<typeof parseEcdsaPublicKey> {
  const stated = handshake.publicKey;
  if (stated === undefined || stated.keyid === "" || stated.ed25519pub === "") {
    throw new HubError(
      "permission_denied",
      "the handshake carries no public key; check sync.identity in this machine's Backrest configuration",
    );
  }
  const parsed = parseEcdsaPublicKey(stated.ed25519pub);
  if (parsed.keyid !== stated.keyid) {
    throw new HubError(
      "permission_denied",
      "the handshake's key id does not belong to its public key; check sync.identity in this machine's Backrest configuration",
    );
  }
  return parsed;
}

function checkClock(signed: SignedMessage, nowMs: number): void {
  const ahead = signed.timestampMillis - BigInt(nowMs);
  if (ahead >= -MAX_CLOCK_SKEW_MS && ahead <= MAX_CLOCK_SKEW_MS) return;
  const direction = ahead > 0n ? "ahead of" : "behind";
  throw new HubError(
    "permission_denied",
    `this machine's clock is ${minutes(ahead)} ${direction} the hub's (it says ${iso(signed.timestampMillis)}, the hub ${iso(BigInt(nowMs))}); at most 5 minutes are accepted: set both clocks, for example with NTP`,
    { refusal: "clock" },
  );
}

function minutes(ms: bigint): string {
  const whole = ((ms < 0n ? -ms : ms) + 30_000n) / 60_000n;
  return whole < 120n ? `${whole} minutes` : whole < 2880n ? `${whole / 60n} hours` : `${whole / 1440n} days`;
}

function iso(ms: bigint): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? `${ms} ms since 1970` : date.toISOString();
}
