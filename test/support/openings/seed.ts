import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type SyncStreamItem_SyncActionHandshake as Handshake,
  type SyncStreamItem,
  SyncStreamItemSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import { writeHandshake } from "../../../src/client/handshake.js";
import { type EcdsaIdentity, parseEcdsaPublicKey } from "../../../src/dialect/identity.js";
import type { Random } from "../random.js";
import { damagedInMeaning, randomBytes, withBitFlipped } from "./damage.js";

/** Whose openings are mutated: a machine that would be let in, the hub itself, and somebody without a key of either. */
export interface SeedCast {
  readonly peer: { readonly identity: EcdsaIdentity; readonly instanceId: string };
  readonly hub: { readonly identity: EcdsaIdentity; readonly instanceId: string };
  readonly stranger: EcdsaIdentity;
}

/** What a mutated opening sends in the place of the seed generation's handshake. */
export type SeedMutation = (cast: SeedCast, random: Random) => Uint8Array;

/** The hub accepts a clock that is off by five minutes. */
const TOO_FAR_MS = 6n * 60_000n;
const CLOCK_SLACK_MS = 4n * 60_000n;

export const SEED_MUTATIONS: Readonly<Record<string, SeedMutation>> = {
  "wrong version": altered((handshake, random) => {
    handshake.protocolVersion = [-1n, 0n, 2n, 3n, 2n ** 63n - 1n][random.below(5)] ?? 0n;
  }),
  "no public key": altered((handshake) => delete handshake.publicKey),
  "empty public key": altered((handshake) => {
    if (handshake.publicKey !== undefined) handshake.publicKey.ed25519pub = "";
  }),
  "public key cut off": altered((handshake, random) => {
    const key = handshake.publicKey;
    // Cut before the base64 of the point ends.
    if (key !== undefined) key.ed25519pub = key.ed25519pub.slice(0, random.below(key.ed25519pub.length - 40));
  }),
  "another's key id": altered((handshake, _random, { stranger }) => {
    if (handshake.publicKey !== undefined) handshake.publicKey.keyid = stranger.keyid;
  }),
  "another's public key": altered((handshake, _random, { stranger }) => {
    if (handshake.publicKey !== undefined) handshake.publicKey.ed25519pub = stranger.ed25519pub;
  }),
  "signed by another": altered((handshake, _random, { stranger, peer }) => {
    const signed = handshake.instanceId;
    if (signed !== undefined) signed.signature = new Uint8Array(stranger.sign(Buffer.from(peer.instanceId)));
  }),
  "another key id under the signature": altered((handshake, _random, { stranger }) => {
    if (handshake.instanceId !== undefined) handshake.instanceId.keyid = stranger.keyid;
  }),
  "nothing signed": altered((handshake) => delete handshake.instanceId),
  "no signature": altered((handshake) => {
    if (handshake.instanceId !== undefined) handshake.instanceId.signature = new Uint8Array();
  }),
  "tampered signature": altered((handshake, random) => {
    const signed = handshake.instanceId;
    if (signed !== undefined) signed.signature = withBitFlipped(signed.signature, random);
  }),
  "tampered instance id": altered((handshake, random) => {
    const signed = handshake.instanceId;
    if (signed !== undefined) signed.payload = withBitFlipped(signed.payload, random);
  }),
  "too old": altered((handshake, random) => {
    const signed = handshake.instanceId;
    if (signed !== undefined) signed.timestampMillis -= TOO_FAR_MS + BigInt(random.below(1e9));
  }),
  "from the future": altered((handshake, random) => {
    const signed = handshake.instanceId;
    if (signed !== undefined) signed.timestampMillis += TOO_FAR_MS + BigInt(random.below(1e9));
  }),
  "the hub's own key": ({ hub }) => encoded(writeHandshake({ ...hub, capabilities: [] }, Date.now())),
  "the hub's own key under the peer's name": ({ hub, peer }) =>
    encoded(writeHandshake({ ...hub, instanceId: peer.instanceId, capabilities: [] }, Date.now())),
  "the peer's key under the hub's name": ({ hub, peer }) =>
    encoded(writeHandshake({ ...peer, instanceId: hub.instanceId, capabilities: [] }, Date.now())),
  "the peer's name under a stranger's key": ({ peer, stranger }) =>
    encoded(writeHandshake({ ...peer, identity: stranger, capabilities: [] }, Date.now())),
  "anything but a handshake": (_cast, random) => encoded(otherItem(random)),
  "random bytes": (_cast, random) => randomBytes(random.below(200), random),
  "damaged handshake": (cast, random) => {
    const good = goodHandshake(cast);
    return damagedInMeaning(encoded(good), random, (bytes) => saysTheSame(bytes, good));
  },
};

function goodHandshake({ peer }: SeedCast): SyncStreamItem {
  return writeHandshake({ ...peer, capabilities: [] }, Date.now());
}

/** The peer's own handshake, with one thing changed. */
function altered(change: (handshake: Handshake, random: Random, cast: SeedCast) => void): SeedMutation {
  return (cast, random) => {
    const item = goodHandshake(cast);
    if (item.action.case === "handshake") change(item.action.value, random, cast);
    return encoded(item);
  };
}

function otherItem(random: Random): SyncStreamItem {
  const record = { nonce: new Uint8Array(12), ciphertext: Buffer.from(randomBytes(64, random)) };
  const actions: NonNullable<MessageInitShape<typeof SyncStreamItemSchema>["action"]>[] = [
    { case: "heartbeat", value: {} },
    { case: "receiveOperations", value: {} },
    { case: "receiveConfig", value: {} },
    { case: "requestResources", value: {} },
    { case: "setConfig", value: {} },
    { case: "encrypted", value: record },
    { case: undefined },
  ];
  return create(SyncStreamItemSchema, { action: random.pick(actions) ?? { case: undefined } });
}

/** What a reader of the handshake takes out of it; the signature does not cover the time. */
function saysTheSame(bytes: Uint8Array, good: SyncStreamItem): boolean {
  try {
    return isDeepStrictEqual(claimOf(fromBinary(SyncStreamItemSchema, bytes)), claimOf(good));
  } catch {
    return false;
  }
}

function claimOf({ action }: SyncStreamItem): unknown {
  if (action.case !== "handshake") return undefined;
  const { protocolVersion, publicKey, instanceId: signed } = action.value;
  const skew = (signed?.timestampMillis ?? 0n) - BigInt(Date.now());
  return [
    protocolVersion,
    publicKey?.keyid,
    // The text of a key can be written in several ways.
    parseEcdsaPublicKey(publicKey?.ed25519pub ?? "").keyid,
    signed?.keyid,
    Buffer.from(signed?.payload ?? []).toString("hex"),
    Buffer.from(signed?.signature ?? []).toString("hex"),
    skew > -CLOCK_SLACK_MS && skew < CLOCK_SLACK_MS,
  ];
}

function encoded(item: SyncStreamItem): Uint8Array {
  return toBinary(SyncStreamItemSchema, item);
}
