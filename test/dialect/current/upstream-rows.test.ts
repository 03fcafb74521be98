import { randomBytes } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, test } from "@jest/globals";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import {
  type SyncStreamItem_SyncActionEstablishSharedSecret as Establish,
  SyncStreamItem_SyncActionEstablishSharedSecretSchema as EstablishSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import { type SessionHandshake, SessionHandshakeSchema } from "../../../gen/v1sync3/session_pb.js";
import { EphemeralKeys } from "../../../src/dialect/current/ephemeral-keys.js";
import { readSessionHandshake, writeSessionHandshake } from "../../../src/dialect/current/handshake.js";
import { answerKeyExchange, KeyExchange, readPublicKey } from "../../../src/dialect/current/key-exchange.js";
import { KEM_BYTES } from "../../../src/dialect/current/kem.js";
import type { SessionSecrets } from "../../../src/dialect/current/key-schedule.js";
import { RecordOpener, RecordSealer } from "../../../src/dialect/current/records.js";
import { generateEd25519Identity } from "../../../src/dialect/identity.js";

// One test for each of upstream's own, under its name: what it proves, proven of the hub.
const keys = new EphemeralKeys(4);
afterAll(() => keys.close());
const identity = generateEd25519Identity();
const own = { identity, instanceId: "machine", pairingSecret: "a secret", capabilities: [] };
const TRANSCRIPT = randomBytes(32);

describe("upstream's tests of the handshake", () => {
  test("CUR3: handshake RoundTrip: one's own handshake verifies, and gives the key id", () => {
    expect(readSessionHandshake(writeSessionHandshake(own, TRANSCRIPT), TRANSCRIPT)).toMatchObject({
      keyid: identity.keyid,
      instanceId: "machine",
      pairingSecret: "a secret",
    });
  });

  test("CUR3: handshake TranscriptMismatchFails: a signature belongs to one key exchange", () => {
    const written = writeSessionHandshake(own, TRANSCRIPT);
    expect(() => readSessionHandshake(written, randomBytes(32))).toThrow(/does not fit/);
  });

  test.each([
    [
      "TamperedSignatureFails",
      (handshake: SessionHandshake) => void (handshake.signature[7] = ~(handshake.signature[7] ?? 0)),
    ],
    ["TamperedInstanceIdFails", (handshake: SessionHandshake) => void (handshake.instanceId = "another")],
    ["TamperedPairingSecretFails", (handshake: SessionHandshake) => void (handshake.pairingSecret = "another")],
  ])("CUR3: handshake %s: what is signed cannot be changed", (_name, tamper) => {
    const handshake = fromBinary(SessionHandshakeSchema, writeSessionHandshake(own, TRANSCRIPT));
    tamper(handshake);
    expect(() => readSessionHandshake(toBinary(SessionHandshakeSchema, handshake), TRANSCRIPT)).toThrow(/does not fit/);
  });

  test("CUR3: handshake WrongKeyFails: another public key in its place does not verify", () => {
    const handshake = fromBinary(SessionHandshakeSchema, writeSessionHandshake(own, TRANSCRIPT));
    const { keyid, ed25519pub } = generateEd25519Identity();
    Object.assign(handshake.publicKey ?? {}, { keyid, ed25519pub });
    expect(() => readSessionHandshake(toBinary(SessionHandshakeSchema, handshake), TRANSCRIPT)).toThrow(/does not fit/);
  });
});

describe("upstream's tests of the transport", () => {
  test("KEX3: transport RoundTrip: equal transcripts, and the same nonce in either direction", async () => {
    const { peer, host } = await exchanged();
    expect(peer.transcript).toEqual(host.transcript);
    const toHost = new RecordSealer(peer.initiatorToResponder).sealBytes(Buffer.from("to the host"));
    const toPeer = new RecordSealer(host.responderToInitiator).sealBytes(Buffer.from("to the peer"));
    expect(toHost.nonce).toEqual(toPeer.nonce);
    expect(text(new RecordOpener(host.initiatorToResponder).openBytes(toHost))).toBe("to the host");
    expect(text(new RecordOpener(peer.responderToInitiator).openBytes(toPeer))).toBe("to the peer");
  });

  test("KEX3: transport PerDirectionKeysAreDistinct: what one direction sealed the other does not open", async () => {
    const { host } = await exchanged();
    expect(Buffer.from(host.initiatorToResponder)).not.toEqual(Buffer.from(host.responderToInitiator));
    const record = new RecordSealer(host.responderToInitiator).sealBytes(Buffer.from("x"));
    expect(() => new RecordOpener(host.initiatorToResponder).openBytes(record)).toThrow(/does not decrypt/);
  });

  test("RCD5: transport DistinctSessions: no session opens another's records", async () => {
    const [one, other] = [await exchanged(), await exchanged()];
    const record = new RecordSealer(one.peer.initiatorToResponder).sealBytes(Buffer.from("x"));
    expect(() => new RecordOpener(other.host.initiatorToResponder).openBytes(record)).toThrow(/does not decrypt/);
  });

  test("KEX4: transport TranscriptCommitsToHandshake: another exchange has another transcript, the key being the same", async () => {
    const exchange = await KeyExchange.begin();
    const answers = [await answered(exchange.item), await answered(exchange.item)];
    const transcripts = answers.map(({ secrets }) => Buffer.from(secrets.transcript).toString("hex"));
    expect(new Set(transcripts).size).toBe(2);
  });

  test("KEX2: transport EncapsulateToTransport_RejectsBadInput: an empty, a short and a zero public key are errors", async () => {
    for (const length of [0, 1, KEM_BYTES - 1, KEM_BYTES]) {
      const attempt = answered(establish({ protocolVersion: 1, kemPublicKey: new Uint8Array(length) }));
      await expect(attempt).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });

  test("KEX2: transport TransportRecipient_Decapsulate_BadInput: the peer's side refuses an empty and a short encapsulation", async () => {
    const exchange = await KeyExchange.begin();
    for (const length of [0, 1, KEM_BYTES - 1]) {
      const answer = establish({ protocolVersion: 1, kemEncapsulation: new Uint8Array(length) });
      await expect(exchange.finish(answer)).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });
});

describe("upstream's tests of encryption", () => {
  test("RCD3: EncryptedStream_RoundTrip: what is sealed opens", async () => {
    const { peer, host } = await exchanged();
    const sealed = new RecordSealer(peer.initiatorToResponder).seal(heartbeat());
    expect(sealed.action.case).toBe("encrypted");
    expect(new RecordOpener(host.initiatorToResponder).open(sealed)).toEqual(heartbeat());
  });

  test("RCD3: EncryptedStream_BidirectionalMultiMessage: each direction counts for itself", async () => {
    const { peer, host } = await exchanged();
    const ways = [
      [new RecordSealer(peer.initiatorToResponder), new RecordOpener(host.initiatorToResponder)],
      [new RecordSealer(host.responderToInitiator), new RecordOpener(peer.responderToInitiator)],
    ] as const;
    for (let n = 0; n < 20; n++) {
      // Three this way for one the other way.
      const [sealer, opener] = n % 4 === 0 ? ways[1] : ways[0];
      expect(text(opener.openBytes(sealer.sealBytes(Buffer.from(`message ${n}`))))).toBe(`message ${n}`);
    }
  });

  test("KEX3: EstablishEncryption_Integration: both roles agree, and can talk", async () => {
    const { peer, host } = await exchanged();
    expect(peer).toEqual(host);
    const record = new RecordSealer(host.responderToInitiator).seal(heartbeat());
    expect(new RecordOpener(peer.responderToInitiator).open(record)).toEqual(heartbeat());
  });

  test("KEX2: EstablishEncryption_ProtocolVersionMismatch: the host refuses any version but 1", () => {
    for (const protocolVersion of [0, 2, 3, 0xffffffff]) {
      const first = establish({ protocolVersion, kemPublicKey: randomBytes(KEM_BYTES) });
      expect(() => readPublicKey(first)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    }
  });
});

async function exchanged(): Promise<{ peer: SessionSecrets; host: SessionSecrets }> {
  const exchange = await KeyExchange.begin();
  const { item, secrets } = await answered(exchange.item);
  return { peer: await exchange.finish(item), host: secrets };
}

async function answered(first: SyncItem) {
  return answerKeyExchange(readPublicKey(first), keys);
}

function establish(
  fields: Partial<Pick<Establish, "protocolVersion" | "kemPublicKey" | "kemEncapsulation">>,
): SyncItem {
  const value = toBinary(EstablishSchema, create(EstablishSchema, fields));
  return create(SyncItemSchema, { action: { case: "establishSharedSecret", value } });
}

function heartbeat(): SyncItem {
  return create(SyncItemSchema, { action: { case: "heartbeat", value: new Uint8Array() } });
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
