import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, test } from "@jest/globals";
import * as HPKE from "hpke";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { SyncStreamItem_SyncActionEstablishSharedSecretSchema as EstablishSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { EphemeralKeys } from "../../../src/dialect/current/ephemeral-keys.js";
import { generateRecipient, KEM_BYTES, recipientPublicKey } from "../../../src/dialect/current/kem.js";
import { answerKeyExchange, KeyExchange, readPublicKey } from "../../../src/dialect/current/key-exchange.js";
import { deriveSecrets, type SessionSecrets } from "../../../src/dialect/current/key-schedule.js";
import { HubError } from "../../../src/errors.js";
import { bytes, caseZero, item, negatives, recipientOf, VECTORS } from "./vectors.js";

const keys = new EphemeralKeys(0);
afterAll(() => keys.close());

const reference = new HPKE.CipherSuite(HPKE.KEM_MLKEM1024_P384, HPKE.KDF_HKDF_SHA256, HPKE.AEAD_AES_256_GCM);
const INFO = text("backrest-sync-transport-v1");
const FROM_CLIENT = text("backrest-sync-session-key/v1/initiator-to-responder");
const FROM_HOST = text("backrest-sync-session-key/v1/responder-to-initiator");

describe("the key exchange with Backrest's own vectors", () => {
  test.each(VECTORS.cases)("KEX1: $name gives Backrest's keys and transcript", async (vector) => {
    const exchange = new KeyExchange(recipientOf(vector));
    expect(base64(encode(exchange.item))).toBe(vector.wire.client_establish);
    const secrets = await exchange.finish(item(vector.wire.host_establish));
    expect(base64(secrets.initiatorToResponder)).toBe(vector.export_i2r);
    expect(base64(secrets.responderToInitiator)).toBe(vector.export_r2i);
    expect(base64(secrets.transcript)).toBe(vector.transcript);
  });

  test.each(negatives("establish_responder"))("KEX2: the host's side, $name", async ({ outer_item, rejected }) => {
    const attempt = exchangeAsHost(item(outer_item));
    if (!rejected) return expect((await attempt).transcript).toHaveLength(32);
    return expectRefusal(attempt);
  });

  test.each(negatives("establish_initiator"))("KEX2: the client's side, $name", async ({ outer_item }) => {
    await expectRefusal(new KeyExchange(recipientOf(caseZero())).finish(item(outer_item)));
  });

  test.each(negatives("decapsulate"))("KEX2: an encapsulation, $name", async (entry) => {
    const attempt = new KeyExchange(recipientOf(caseZero())).finish(
      establish({ kemEncapsulation: bytes(entry.encapsulation) }),
    );
    if (entry.rejected) return expectRefusal(attempt);
    // An altered lattice half is not refused: it gives keys that nobody else has.
    const secrets = await attempt;
    expect(base64(secrets.initiatorToResponder)).toBe(entry.export_i2r);
    expect(base64(secrets.transcript)).toBe(entry.transcript);
    return expect(base64(secrets.initiatorToResponder)).not.toBe(caseZero().export_i2r);
  });
});

describe("the key exchange", () => {
  test("KEX3: both sides agree, and no two exchanges are alike", async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const exchange = await KeyExchange.begin();
      const answer = await answerKeyExchange(readPublicKey(exchange.item), keys);
      const secrets = await exchange.finish(answer.item);
      expect(secrets).toEqual(answer.secrets);
      for (const value of Object.values(secrets)) seen.add(base64(value as Uint8Array));
    }
    expect(seen.size).toBe(12);
  });

  test("KEX3: the answer opens with the package hpke", async () => {
    const { kem } = caseZero();
    const { item: answer, secrets } = await answerKeyExchange(bytes(kem.public_key), keys);
    const secret = await reference.DeserializePrivateKey(bytes(kem.private_key_seed));
    const context = await reference.SetupRecipient(secret, establishOf(answer).kemEncapsulation, { info: INFO });
    expect(base64(await context.Export(FROM_CLIENT, 32))).toBe(base64(secrets.initiatorToResponder));
    expect(base64(await context.Export(FROM_HOST, 32))).toBe(base64(secrets.responderToInitiator));
  });

  test("KEX3: what the package hpke encapsulates opens", async () => {
    const exchange = await KeyExchange.begin();
    const publicKey = await reference.DeserializePublicKey(establishOf(exchange.item).kemPublicKey);
    const { encapsulatedSecret, ctx } = await reference.SetupSender(publicKey, { info: INFO });
    const secrets = await exchange.finish(establish({ kemEncapsulation: encapsulatedSecret }));
    expect(base64(await ctx.Export(FROM_CLIENT, 32))).toBe(base64(secrets.initiatorToResponder));
    expect(base64(await ctx.Export(FROM_HOST, 32))).toBe(base64(secrets.responderToInitiator));
  });

  test("KEX2: an ML-KEM key of zeros beside a good point is refused", async () => {
    const key = Buffer.from(recipientPublicKey(await generateRecipient())).fill(0, 0, 1536);
    await expectRefusal(exchangeAsHost(establish({ kemPublicKey: key })));
  });

  test("KEX2: the version is looked at on both sides, and an oversized key is refused by its length", async () => {
    for (const protocolVersion of [0, 2, 4294967295]) {
      const kemPublicKey = bytes(caseZero().kem.public_key);
      await expectRefusal(exchangeAsHost(establish({ protocolVersion, kemPublicKey })), /version/);
    }
    expect(() => readPublicKey(establish({ kemPublicKey: Buffer.alloc(16_000) }))).toThrow(
      `public key of 16000 bytes, not ${KEM_BYTES}`,
    );
  });

  test("KEX4: the transcript covers the public key, the encapsulation and where they part", () => {
    const shared = Buffer.alloc(32, 7);
    const of = (publicKey: string, encapsulation: string) =>
      base64(deriveSecrets(shared, Buffer.from(publicKey), Buffer.from(encapsulation)).transcript);
    expect(new Set([of("ab", "cd"), of("abc", "d"), of("a", "bcd"), of("cd", "ab"), of("abcd", "")]).size).toBe(5);
  });

  test("KEX5: keys are made ahead up to their number, handed out once, and made on demand when there are none", async () => {
    const ahead = new EphemeralKeys(3);
    try {
      const taken = await Promise.all(Array.from({ length: 8 }, () => ahead.take()));
      expect(new Set(taken.map(({ point }) => base64(point))).size).toBe(8);
      const until = Date.now() + 5_000;
      while (ahead.ready < 3 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(ahead.ready).toBe(3);
    } finally {
      ahead.close();
    }
    expect(ahead.ready).toBe(0);
    expect((await ahead.take()).point).toHaveLength(97);
  });
});

async function exchangeAsHost(first: SyncItem): Promise<SessionSecrets> {
  return (await answerKeyExchange(readPublicKey(first), keys)).secrets;
}

async function expectRefusal(attempt: Promise<unknown>, words = /key exchange/): Promise<void> {
  const reason = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(HubError);
  expect(reason).toMatchObject({ code: "invalid_argument", message: expect.stringMatching(words) });
}

function establish(fields: {
  protocolVersion?: number;
  kemPublicKey?: Uint8Array;
  kemEncapsulation?: Uint8Array;
}): SyncItem {
  const value = toBinary(EstablishSchema, create(EstablishSchema, { protocolVersion: 1, ...fields }));
  return create(SyncItemSchema, { action: { case: "establishSharedSecret", value } });
}

function establishOf({ action }: SyncItem) {
  if (action.case !== "establishSharedSecret") throw new Error("no key exchange");
  return fromBinary(EstablishSchema, action.value);
}

function encode(message: SyncItem): Uint8Array {
  return toBinary(SyncItemSchema, message);
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString("base64");
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
