import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type SyncStreamItem_SyncActionEstablishSharedSecret as Establish,
  type SyncStreamItem,
  SyncStreamItemSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import {
  type SessionHandshake,
  SessionHandshakeSchema,
  type SessionItem,
  SessionItemSchema,
} from "../../../gen/v1sync3/session_pb.js";
import { bindHash, writeSessionHandshake } from "../../../src/dialect/current/handshake.js";
import { KEM_BYTES } from "../../../src/dialect/current/kem.js";
import type { SessionSecrets } from "../../../src/dialect/current/key-schedule.js";
import { RecordSealer } from "../../../src/dialect/current/records.js";
import type { Ed25519Identity } from "../../../src/dialect/identity.js";
import type { Random } from "../random.js";
import { damagedInMeaning, randomBytes, withBitFlipped } from "./damage.js";

/** Whose openings are mutated: a machine that would be let in, the hub itself, and somebody without a key of either. */
export interface CurrentCast {
  readonly peer: { readonly identity: Ed25519Identity; readonly instanceId: string };
  readonly hub: { readonly identity: Ed25519Identity; readonly instanceId: string };
  readonly stranger: Ed25519Identity;
}

/** An opening of which the key exchange is done. */
export interface Exchanged {
  readonly cast: CurrentCast;
  readonly random: Random;
  /** As they went over the wire. */
  readonly sent: Uint8Array;
  readonly answer: Uint8Array;
  readonly secrets: SessionSecrets;
  /** An earlier opening over the same connection, whose record was on its way; undefined in the first. */
  readonly earlier:
    | { readonly sent: Uint8Array; readonly record: Uint8Array; readonly transcript: Uint8Array }
    | undefined;
}

export interface CurrentMutation {
  /** What is sent in the place of the key exchange's first message. */
  readonly first?: (encoded: Uint8Array, random: Random) => Uint8Array;
  /** What is sent behind the key exchange, where it comes that far; by default the right handshake. */
  readonly behind?: (exchanged: Exchanged) => Uint8Array;
}

const HALF_BYTES = 1568;

export const CURRENT_MUTATIONS: Readonly<Record<string, CurrentMutation>> = {
  "wrong version of the key exchange": exchange((establish, random) => {
    establish.protocolVersion = [0, 2, 3, 0xffffffff][random.below(4)] ?? 0;
  }),
  "no key": exchange((establish) => {
    establish.kemPublicKey = new Uint8Array();
  }),
  "key cut off": exchange((establish, random) => {
    establish.kemPublicKey = establish.kemPublicKey.slice(0, random.below(KEM_BYTES));
  }),
  "key with more behind it": exchange((establish, random) => {
    establish.kemPublicKey = Buffer.concat([establish.kemPublicKey, randomBytes(1 + random.below(99), random)]);
  }),
  "key of zeros": exchange((establish) => establish.kemPublicKey.fill(0)),
  "zeros in one half of the key": exchange((establish, random) =>
    random.chance(0.5) ? establish.kemPublicKey.fill(0, 0, HALF_BYTES) : establish.kemPublicKey.fill(0, HALF_BYTES),
  ),
  "random key": exchange((establish, random) => {
    establish.kemPublicKey = Buffer.from(randomBytes(KEM_BYTES, random));
  }),
  "encapsulation in the place of the key": exchange((establish, random) => {
    const length = random.chance(0.5) ? KEM_BYTES : random.below(KEM_BYTES);
    establish.kemEncapsulation = random.chance(0.5) ? new Uint8Array(length) : Buffer.from(randomBytes(length, random));
    establish.kemPublicKey = new Uint8Array();
  }),
  "damaged key exchange": {
    first: (encoded, random) => damagedInMeaning(encoded, random, (bytes) => same(bytes, encoded)),
  },
  "the key exchange again": { behind: ({ sent }) => sent },
  "handshake in the clear": {
    behind: (exchanged) => toBinary(SessionItemSchema, handshakeItem(rightHandshake(exchanged))),
  },
  "something else in the clear": { behind: ({ random }) => randomBytes(random.below(300), random) },
  "the hub's answer sent back": { behind: ({ answer }) => answer },
  "record of the other direction": {
    behind: (exchanged) => sealed(handshakeBytes(exchanged), exchanged.secrets.responderToInitiator),
  },
  "record of another opening": { behind: (exchanged) => exchanged.earlier?.record ?? randomRecord(exchanged.random) },
  "damaged record": {
    behind: (exchanged) => {
      const right = sealedInOrder(exchanged, handshakeBytes(exchanged));
      return damagedInMeaning(right, exchanged.random, (bytes) => same(bytes, right));
    },
  },
  "skipped nonce": {
    behind: (exchanged) =>
      sealed(handshakeBytes(exchanged), exchanged.secrets.initiatorToResponder, 1 + exchanged.random.below(9)),
  },
  "another item in the first record": {
    behind: (exchanged) => sealedInOrder(exchanged, toBinary(SessionItemSchema, otherItem(exchanged.random))),
  },
  "nested key exchange": { behind: (exchanged) => sealedInOrder(exchanged, exchanged.sent) },
  "nested record": {
    behind: (exchanged) => sealedInOrder(exchanged, sealedInOrder(exchanged, handshakeBytes(exchanged))),
  },
  "random bytes in the record": {
    behind: (exchanged) => sealedInOrder(exchanged, randomBytes(exchanged.random.below(300), exchanged.random)),
  },
  "damaged handshake": {
    behind: (exchanged) => {
      const right = handshakeBytes(exchanged);
      const damaged = damagedInMeaning(right, exchanged.random, (bytes) => claimsTheSame(bytes, right));
      return sealedInOrder(exchanged, damaged);
    },
  },
  "wrong version of the handshake": handshake((message, { random }) => {
    message.protocolVersion = [-1n, 0n, 1n, 2n, 4n, 2n ** 63n - 1n][random.below(6)] ?? 0n;
    // Signed as it stands, so that nothing but the version is wrong.
    return "sign";
  }),
  "tampered signature": handshake((message, { random }) => {
    message.signature = withBitFlipped(message.signature, random);
  }),
  "no signature": handshake((message) => {
    message.signature = new Uint8Array();
  }),
  "tampered instance id": handshake((message, { random }) => {
    message.instanceId = random.chance(0.5) ? `${message.instanceId}x` : "";
  }),
  "tampered secret": handshake((message) => {
    message.pairingSecret = "f".repeat(64);
  }),
  "foreign transcript": {
    behind: (exchanged) => {
      const transcript = exchanged.earlier?.transcript ?? randomBytes(32, exchanged.random);
      return sealedInOrder(exchanged, introduction(exchanged.cast.peer, transcript));
    },
  },
  "another's key id": handshake((message, { cast }) => {
    if (message.publicKey !== undefined) message.publicKey.keyid = cast.stranger.keyid;
  }),
  "another's key under the peer's key id": handshake((message, { cast }) => {
    if (message.publicKey !== undefined) message.publicKey.ed25519pub = cast.stranger.ed25519pub;
  }),
  "padded or other base64 of the key": handshake((message, { random }) => {
    const key = message.publicKey;
    if (key !== undefined) key.ed25519pub += random.chance(0.5) ? "=" : "A";
  }),
  "the hub's own key": {
    behind: (exchanged) => sealedInOrder(exchanged, introduction(exchanged.cast.hub, exchanged.secrets.transcript)),
  },
  "the hub's own key under the peer's name": {
    behind: (exchanged) => {
      const { hub, peer } = exchanged.cast;
      const own = { ...hub, instanceId: peer.instanceId };
      return sealedInOrder(exchanged, introduction(own, exchanged.secrets.transcript));
    },
  },
  "the peer's key under the hub's name": {
    behind: (exchanged) => {
      const { hub, peer } = exchanged.cast;
      const own = { ...peer, instanceId: hub.instanceId };
      return sealedInOrder(exchanged, introduction(own, exchanged.secrets.transcript));
    },
  },
  "the peer's name under a stranger's key": {
    behind: (exchanged) => {
      const own = { ...exchanged.cast.peer, identity: exchanged.cast.stranger };
      return sealedInOrder(exchanged, introduction(own, exchanged.secrets.transcript));
    },
  },
  "a guessed secret": {
    behind: (exchanged) => {
      const { cast, random, secrets } = exchanged;
      const own = { identity: cast.stranger, instanceId: `stranger-${random.below(1_000)}` };
      const guess = Buffer.from(randomBytes(32, random)).toString("hex");
      return sealedInOrder(exchanged, introduction(own, secrets.transcript, guess));
    },
  },
};

/** The peer's handshake as it would be let in, sealed for this opening. */
export function rightRecord(exchanged: Exchanged): Uint8Array {
  return sealedInOrder(exchanged, handshakeBytes(exchanged));
}

function exchange(change: (establish: Establish, random: Random) => void): CurrentMutation {
  return {
    first: (encoded, random) => {
      const item = fromBinary(SyncStreamItemSchema, Uint8Array.from(encoded));
      if (item.action.case === "establishSharedSecret") change(item.action.value, random);
      return toBinary(SyncStreamItemSchema, item);
    },
  };
}

function handshake(change: (message: SessionHandshake, exchanged: Exchanged) => "sign" | void): CurrentMutation {
  return {
    behind: (exchanged) => {
      const message = rightHandshake(exchanged);
      if (change(message, exchanged) === "sign") {
        const bound = { ...message, transcript: exchanged.secrets.transcript };
        message.signature = new Uint8Array(exchanged.cast.peer.identity.sign(bindHash(bound)));
      }
      return sealedInOrder(exchanged, toBinary(SessionItemSchema, handshakeItem(message)));
    },
  };
}

function rightHandshake({ cast, secrets }: Exchanged): SessionHandshake {
  const own = { ...cast.peer, pairingSecret: "", capabilities: [] };
  return fromBinary(SessionHandshakeSchema, writeSessionHandshake(own, secrets.transcript));
}

function handshakeBytes(exchanged: Exchanged): Uint8Array {
  return toBinary(SessionItemSchema, handshakeItem(rightHandshake(exchanged)));
}

function introduction(own: CurrentCast["peer"], transcript: Uint8Array, pairingSecret = ""): Uint8Array {
  const written = writeSessionHandshake({ ...own, pairingSecret, capabilities: [] }, transcript);
  return toBinary(SessionItemSchema, handshakeItem(fromBinary(SessionHandshakeSchema, written)));
}

function handshakeItem(value: SessionHandshake): SessionItem {
  return create(SessionItemSchema, { action: { case: "handshake", value } });
}

function otherItem(random: Random): SessionItem {
  const actions: NonNullable<MessageInitShape<typeof SessionItemSchema>["action"]>[] = [
    { case: "heartbeat", value: {} },
    { case: "operationManifest", value: { opIds: [1n, 2n], modnos: [1n] } },
    { case: "receiveOperations", value: {} },
    { case: "requestResources", value: {} },
    { case: undefined },
  ];
  return create(SessionItemSchema, { action: random.pick(actions) ?? { case: undefined } });
}

function sealedInOrder({ secrets }: Exchanged, plaintext: Uint8Array): Uint8Array {
  return sealed(plaintext, secrets.initiatorToResponder);
}

/** @param skipped records that were sealed before and are never sent */
function sealed(plaintext: Uint8Array, key: Uint8Array, skipped = 0): Uint8Array {
  const sealer = new RecordSealer(key);
  for (let n = 0; n < skipped; n++) sealer.sealBytes(new Uint8Array());
  return recordItem(sealer.sealBytes(plaintext));
}

function randomRecord(random: Random): Uint8Array {
  return recordItem({ nonce: new Uint8Array(12), ciphertext: randomBytes(200, random) });
}

function recordItem(value: { readonly nonce: Uint8Array; readonly ciphertext: Uint8Array }): Uint8Array {
  return toBinary(SyncStreamItemSchema, create(SyncStreamItemSchema, { action: { case: "encrypted", value } }));
}

/** Some bits mean nothing to a reader of protobuf: of a tag, how long its value is told to be. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  const decoded = decodedItem(one);
  return decoded !== undefined && isDeepStrictEqual(decoded, decodedItem(other));
}

function decodedItem(bytes: Uint8Array): SyncStreamItem | undefined {
  try {
    return fromBinary(SyncStreamItemSchema, bytes, { readUnknownFields: false });
  } catch {
    return undefined;
  }
}

/** What a peer announces beyond the contract is not signed. */
function claimsTheSame(one: Uint8Array, other: Uint8Array): boolean {
  const claim = claimOf(one);
  return claim !== undefined && isDeepStrictEqual(claim, claimOf(other));
}

function claimOf(bytes: Uint8Array): unknown {
  try {
    const { action } = fromBinary(SessionItemSchema, bytes, { readUnknownFields: false });
    return action.case === "handshake" ? { ...action.value, capabilities: [] } : undefined;
  } catch {
    return undefined;
  }
}
