import { randomBytes } from "node:crypto";
import { clearField, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import nacl from "tweetnacl";
import { type SessionHandshake, SessionHandshakeSchema } from "../../../gen/v1sync3/session_pb.js";
import {
  bindHash,
  readSessionHandshake,
  type SessionIntroduction,
  writeSessionHandshake,
} from "../../../src/dialect/current/handshake.js";
import {
  ed25519Keyid,
  generateEd25519Identity,
  loadEd25519Identity,
  parseEd25519PublicKey,
  verifyEd25519,
} from "../../../src/dialect/identity.js";
import { HubError } from "../../../src/errors.js";
import { bytes, item, negatives, type Party, VECTORS } from "./vectors.js";

const TRANSCRIPT = randomBytes(32);
const own: SessionIntroduction = {
  identity: generateEd25519Identity(),
  instanceId: "machine-1",
  pairingSecret: "a secret",
  capabilities: ["logs"],
};
const HANDSHAKES = VECTORS.cases.flatMap(({ name, client, host, handshakes }) =>
  handshakes.map((handshake) => ({ name, party: handshake.role === "client" ? client : host, ...handshake })),
);

describe("Ed25519", () => {
  test("CUR1: a signature is tweetnacl's, and either verifies the other's", () => {
    const identity = generateEd25519Identity();
    const pair = nacl.sign.keyPair.fromSeed(bytes(identity.ed25519priv));
    for (let length = 0; length < 70; length += 7) {
      const payload = randomBytes(length);
      const signature = identity.sign(payload);
      expect(Buffer.from(signature)).toEqual(Buffer.from(nacl.sign.detached(payload, pair.secretKey)));
      expect(verifyEd25519(parseEd25519PublicKey(identity.ed25519pub).key, payload, signature)).toBe(true);
    }
  });

  test("CUR1: a public key is 32 bytes in base64 without padding, and none under which anybody could sign", () => {
    const { ed25519pub, keyid } = generateEd25519Identity();
    expect(parseEd25519PublicKey(ed25519pub).keyid).toBe(keyid);
    const smallOrder = [
      "0".repeat(64),
      `01${"0".repeat(62)}`,
      `01${"0".repeat(60)}80`,
      `ec${"f".repeat(62)}`,
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    ].map((hex) => Buffer.from(hex, "hex").toString("base64").replace("=", ""));
    for (const text of [
      "",
      `${ed25519pub}=`,
      ed25519pub.slice(1),
      ` ${ed25519pub}`,
      "x".repeat(9_999),
      ...smallOrder,
    ]) {
      expect(() => parseEd25519PublicKey(text)).toThrow(/sync\.identity/);
    }
  });
});

describe("the current handshake with Backrest's own vectors", () => {
  test.each(VECTORS.bind_hashes)("CUR2: what is signed, $name", (vector) => {
    const hash = bindHash({
      protocolVersion: BigInt(vector.protocol_version),
      instanceId: vector.instance_id,
      pairingSecret: vector.pairing_secret,
      transcript: bytes(vector.transcript),
    });
    expect(Buffer.from(hash).toString("base64")).toBe(vector.bind_hash);
  });

  test.each(HANDSHAKES)("CUR2: the $role's handshake of $name is read, and written to the same bytes", (vector) => {
    const { value } = handshakeOf(vector.item);
    expect(readSessionHandshake(value, bytes(vector.transcript))).toEqual({
      keyid: vector.keyid,
      publicKey: vector.party.ed25519_public,
      instanceId: vector.instance_id,
      pairingSecret: vector.pairing_secret,
      capabilities: [],
    });
    const written = writeSessionHandshake(
      {
        identity: identityOf(vector.party),
        instanceId: vector.instance_id,
        pairingSecret: vector.pairing_secret,
        capabilities: [],
      },
      bytes(vector.transcript),
    );
    expect(Buffer.from(written)).toEqual(Buffer.from(value));
  });

  const readable = negatives("handshake_verify").filter(({ item: base64 }) => base64 !== undefined);
  test.each(readable.filter(({ transcript }) => transcript !== ""))("CUR3: $name", (entry) => {
    const read = () => readSessionHandshake(handshakeOf(entry.item).value, bytes(entry.transcript));
    if (entry.rejected) expectRefusal(read);
    else expect(read().keyid).toMatch(/^ed25519\./);
  });
});

describe("the current handshake", () => {
  test("CUR3: what is written is read; every field is covered by the signature", () => {
    const written = writeSessionHandshake(own, TRANSCRIPT);
    const other = generateEd25519Identity();
    expect(readSessionHandshake(written, TRANSCRIPT)).toMatchObject({
      instanceId: "machine-1",
      capabilities: ["logs"],
    });
    const changes: ((handshake: SessionHandshake) => void)[] = [
      (handshake) => (handshake.protocolVersion = 2n),
      (handshake) => (handshake.instanceId = "machine-2"),
      (handshake) => (handshake.pairingSecret = ""),
      (handshake) => (handshake.signature = handshake.signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
      (handshake) => (handshake.signature = new Uint8Array()),
      (handshake) => (handshake.signature = new Uint8Array(64)),
      (handshake) => Object.assign(handshake.publicKey ?? {}, { keyid: other.keyid }),
      (handshake) => Object.assign(handshake.publicKey ?? {}, { keyid: other.keyid, ed25519pub: other.ed25519pub }),
    ];
    for (const change of changes) expectRefusal(() => readSessionHandshake(altered(written, change), TRANSCRIPT));
    expectRefusal(() => readSessionHandshake(written, randomBytes(32)));
    expect(() => readSessionHandshake(written, new Uint8Array())).toThrow(HubError);
  });

  test("CUR4: ids that cannot be shown, endless secrets and absent parts are refused in words", () => {
    for (const instanceId of ["", "x".repeat(129), "a\u202eb", "a\nb"]) {
      expectRefusal(() => readSessionHandshake(writeSessionHandshake({ ...own, instanceId }, TRANSCRIPT), TRANSCRIPT));
    }
    const pairingSecret = "x".repeat(257);
    expectRefusal(() => readSessionHandshake(writeSessionHandshake({ ...own, pairingSecret }, TRANSCRIPT), TRANSCRIPT));
    expectRefusal(() => readSessionHandshake(new Uint8Array(), TRANSCRIPT));
    for (const name of ["publicKey", "instanceId", "signature", "protocolVersion"] as const) {
      const without = altered(writeSessionHandshake(own, TRANSCRIPT), (handshake) =>
        clearField(handshake, SessionHandshakeSchema.field[name]),
      );
      expectRefusal(() => readSessionHandshake(without, TRANSCRIPT));
    }
    expect(() => readSessionHandshake(Buffer.from("garbage"), TRANSCRIPT)).toThrow(/does not decode/);
  });

  test("CUR4: at most 32 capabilities are kept, and only plain names", () => {
    const capabilities = ["ok", "Not Ok", "x".repeat(33), ...Array.from({ length: 40 }, (_, at) => `c-${at}`)];
    const claim = readSessionHandshake(writeSessionHandshake({ ...own, capabilities }, TRANSCRIPT), TRANSCRIPT);
    expect(claim.capabilities).toHaveLength(30);
    expect(claim.capabilities[0]).toBe("ok");
  });
});

function handshakeOf(base64: string | undefined) {
  const { action } = item(base64);
  if (action.case !== "handshake") throw new Error("no handshake");
  return action;
}

function identityOf(party: Party) {
  const publicKey = bytes(party.ed25519_public);
  return loadEd25519Identity({
    keyid: ed25519Keyid(publicKey),
    ed25519priv: party.ed25519_seed,
    ed25519pub: party.ed25519_public,
  });
}

function altered(written: Uint8Array, change: (handshake: SessionHandshake) => void): Uint8Array {
  const handshake = fromBinary(SessionHandshakeSchema, written);
  change(handshake);
  return toBinary(SessionHandshakeSchema, handshake);
}

function expectRefusal(read: () => unknown): void {
  expect(read).toThrow(expect.objectContaining({ name: "HubError", code: "permission_denied" }));
}
