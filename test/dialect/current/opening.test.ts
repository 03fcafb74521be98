import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, test } from "@jest/globals";
import { assert, asyncProperty, constantFrom, nat } from "fast-check";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { type SessionItem, SessionItemSchema } from "../../../gen/v1sync3/session_pb.js";
import { CurrentPeerOpening, PeerRecords } from "../../../src/client/current-opening.js";
import type { KnownHost } from "../../../src/client/handshake.js";
import { EphemeralKeys } from "../../../src/dialect/current/ephemeral-keys.js";
import {
  readSessionHandshake,
  type SessionIntroduction,
  WrongSignature,
} from "../../../src/dialect/current/handshake.js";
import { KeyExchange } from "../../../src/dialect/current/key-exchange.js";
import { deriveSecrets } from "../../../src/dialect/current/key-schedule.js";
import { type CurrentDialect, type CurrentHello, CurrentOpening } from "../../../src/dialect/current/opening.js";
import { generateEcdsaIdentity, generateEd25519Identity } from "../../../src/dialect/identity.js";
import { SeedOpening, speaksCurrent } from "../../../src/dialect/opening.js";
import { SeedDialect } from "../../../src/dialect/seed.js";
import { HubError } from "../../../src/errors.js";
import { writeHandshake as writeSeedHandshake } from "../../../src/client/handshake.js";
import { currentSessions } from "./recordings.js";
import { bytes, caseZero, negatives } from "./vectors.js";

const keys = new EphemeralKeys(8);
afterAll(() => keys.close());
const host = { instanceId: "hub-1", ed25519: generateEd25519Identity() };
const peer: SessionIntroduction = {
  identity: generateEd25519Identity(),
  instanceId: "machine-1",
  pairingSecret: "a secret",
  capabilities: ["logs"],
};
const known: KnownHost = { keyid: host.ed25519.keyid, instanceId: host.instanceId };

describe("an opening", () => {
  test("CUR11: a claim is verified, and both sides talk in records behind the hub's handshake", async () => {
    const { opening, client, records } = await exchanged();
    const { hello, dialect } = await claimed(opening, records.seal(client.handshake()));
    expect(hello).toEqual({
      generation: "current",
      clearText: false,
      keyid: peer.identity.keyid,
      publicKey: peer.identity.ed25519pub,
      instanceId: "machine-1",
      pairingSecret: "a secret",
      capabilities: ["logs"],
    });
    const accepted = client.accept(records.open(toClient(dialect.seal(dialect.writeHandshake()))));
    expect(accepted).toEqual({ ...known, capabilities: ["logs", "throttle"] });
    for (let round = 0; round < 3; round++) {
      const told = create(SessionItemSchema, { action: { case: "heartbeat", value: {} } });
      expect(dialect.read(toHost(records.seal(told)))).toEqual({ kind: "heartbeat" });
      const asked = records.open(toClient(dialect.seal(dialect.write({ kind: "request-resources" }))));
      expect(asked.action.case).toBe("requestResources");
    }
  });

  test("CUR11: the key exchange waits for its turn, and one that is refused its turn ends", async () => {
    const turn = Promise.withResolvers<void>();
    const client = await CurrentPeerOpening.begin(peer, known);
    const opening = new CurrentOpening({ host, keys, turn: () => turn.promise });
    let answered = false;
    const step = opening.receive(toHost(client.first)).finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    turn.resolve();
    expect((await step).step).toBe("answer");
    const refused = new CurrentOpening({ host, keys, turn: () => Promise.reject(new HubError("unavailable", "full")) });
    await expect(refused.receive(toHost(client.first))).rejects.toThrow("full");
  });

  test("CUR12: an item before the exchange is answered ends the opening", async () => {
    const client = await CurrentPeerOpening.begin(peer, known);
    const opening = new CurrentOpening({ host, keys, turn: () => new Promise((resolve) => setTimeout(resolve, 20)) });
    const first = opening.receive(toHost(client.first));
    await expect(opening.receive(toHost(client.first))).rejects.toThrow(/before its key exchange was answered/);
    await expect(first).rejects.toMatchObject({ code: "canceled" });
    await expect(opening.receive(toHost(client.first))).rejects.toThrow(HubError);
  });

  test("CUR12: what is not the handshake's record does not open a session", async () => {
    const heartbeat = create(SessionItemSchema, { action: { case: "heartbeat", value: {} } });
    for (const forge of [
      ({ client }: Exchanged) => toHost(client.first),
      ({ client }: Exchanged) => inTheClear(client.handshake()),
      ({ records }: Exchanged) => toHost(records.seal(heartbeat)),
      ({ records }: Exchanged) => toHost(records.seal(create(SessionItemSchema))),
      ({ records }: Exchanged) => toHost(records.sealBytes(Buffer.from("garbage"))),
      ({ records, client }: Exchanged) => {
        records.seal(heartbeat);
        return toHost(records.seal(client.handshake()));
      },
      () => create(SyncItemSchema),
    ]) {
      const session = await exchanged();
      await expectRefusal(session.opening.receive(forge(session)), "invalid_argument");
    }
  });

  test("CUR13: a handshake of another exchange, another session's record and a reflected record are refused", async () => {
    const one = await exchanged();
    const other = await exchanged();
    await expectRefusal(one.opening.receive(toHost(other.records.seal(other.client.handshake()))), "invalid_argument");
    const third = await exchanged();
    const foreign = third.opening.receive(toHost(third.records.seal(other.client.handshake())));
    await expect(foreign).rejects.toBeInstanceOf(WrongSignature);
    const fourth = await exchanged();
    const { dialect } = await claimed(fourth.opening, fourth.records.seal(fourth.client.handshake()));
    const own = dialect.seal(dialect.writeHandshake());
    expect(() => dialect.read(own)).toThrow(HubError);
  });

  test("CUR13: the hub's own handshake, decrypted and sent back, is refused for its key", async () => {
    const mirror = await exchanged();
    const handshake = create(SessionItemSchema, { action: { case: "handshake", value: {} } });
    const probe = await exchanged({ ...peer, identity: host.ed25519 });
    const sent = probe.opening.receive(toHost(probe.records.seal(probe.client.handshake())));
    await expect(sent).rejects.toMatchObject({ code: "permission_denied", message: /hub's own key/ });
    await expectRefusal(mirror.opening.receive(toHost(mirror.records.seal(handshake))), "permission_denied");
  });

  test("CUR14: behind the opening a second handshake and a nested item end the session", async () => {
    for (const forge of [
      ({ client, records }: Exchanged) => records.seal(client.handshake()),
      ({ client, records }: Exchanged) => records.sealBytes(toBinary(SyncStreamItemSchema, client.first)),
      ({ records }: Exchanged) =>
        records.sealBytes(toBinary(SyncStreamItemSchema, records.sealBytes(Buffer.from("2200", "hex")))),
    ]) {
      const session = await exchanged();
      const { dialect } = await claimed(session.opening, session.records.seal(session.client.handshake()));
      expect(() => dialect.read(toHost(forge(session)))).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    }
  });

  test("CUR14: altered openings are refused, none is let in, and each with words", async () => {
    await assert(
      asyncProperty(constantFrom("first", "second"), nat(), nat(7), nat(3), async (which, at, bit, how) => {
        const alter = mutation(at, bit, how);
        const outcome = await openAltered(which, alter).catch((reason: unknown) => reason);
        expect(outcome).toBeInstanceOf(Error);
        if (outcome === UNALTERED) return;
        if (outcome instanceof HubError) expect(outcome.code).toMatch(/^(invalid_argument|permission_denied)$/);
      }),
      { seed: 20_261_125, numRuns: 150 },
    );
  });
});

describe("the peer's side of an opening", () => {
  test("CUR15: a host of another key or name, a reflected handshake and a foreign transcript are refused", async () => {
    for (const [wanted, words] of [
      [{ keyid: "ed25519.other" }, /has the key/],
      [{ ...known, instanceId: "hub-2" }, /calls itself hub-1/],
    ] as const) {
      const { opening, client, records } = await exchanged(peer, undefined, wanted);
      const { dialect } = await claimed(opening, records.seal(client.handshake()));
      const sent = toClient(dialect.seal(dialect.writeHandshake()));
      expect(() => client.accept(records.open(sent))).toThrow(words);
    }
    const one = await exchanged();
    expect(() => one.client.accept(one.client.handshake())).toThrow(/this peer's own key/);
    const other = await exchanged();
    const { dialect } = await claimed(other.opening, other.records.seal(other.client.handshake()));
    const foreign = other.records.open(toClient(dialect.seal(dialect.writeHandshake())));
    expect(() => one.client.accept(foreign)).toThrow(/does not fit/);
    expect(() => one.records.open(one.client.first)).toThrow(/in the clear/);
    expect(() => one.client.accept(create(SessionItemSchema))).toThrow(/before its handshake/);
  });

  test("CUR15: what Backrest's own host says opens with the client's records", () => {
    const vector = caseZero();
    const records = new PeerRecords({
      initiatorToResponder: bytes(vector.export_i2r),
      responderToInitiator: bytes(vector.export_r2i),
      transcript: bytes(vector.transcript),
    });
    for (const { plaintext, outer_item } of vector.records_r2i) {
      const opened = records.open(fromBinary(SyncStreamItemSchema, bytes(outer_item)));
      expect(opened).toEqual(fromBinary(SessionItemSchema, bytes(plaintext)));
    }
  });
});

describe("openings of either generation", () => {
  test("CUR16: are told apart by their first item and driven alike", async () => {
    const ecdsa = generateEcdsaIdentity();
    const seed = new SeedOpening(new SeedDialect({ instanceId: "hub-1", ecdsa }));
    const own = { identity: generateEcdsaIdentity(), instanceId: "machine-0", capabilities: [] };
    const first = toHost(writeSeedHandshake(own, 1_000));
    expect(speaksCurrent(first)).toBe(false);
    expect(speaksCurrent((await KeyExchange.begin()).item)).toBe(true);
    const step = await seed.receive(first, 1_000);
    if (step.step !== "hello") throw new Error("no hello");
    expect(step.hello).toMatchObject({ generation: "seed", instanceId: "machine-0", keyid: own.identity.keyid });
    const heartbeat = step.dialect.write({ kind: "heartbeat" });
    expect(step.dialect.seal(heartbeat)).toBe(heartbeat);
    await expect(seed.receive(create(SyncItemSchema), 1_000)).rejects.toThrow(HubError);
  });
});

describe("recorded openings and sessions", () => {
  const sessions = currentSessions();

  test("CUR17: every recorded handshake fits the key exchange that was recorded before it, either way", () => {
    let verified = 0;
    for (const { items } of sessions) {
      const exchange = items
        .filter(({ encrypted }) => !encrypted)
        .map(({ item }) => fromBinary(SyncStreamItemSchema, toBinary(SyncItemSchema, item)))
        .flatMap(({ action }) => (action.case === "establishSharedSecret" ? [action.value] : []));
      const { transcript } = deriveSecrets(
        new Uint8Array(32),
        exchange[0]?.kemPublicKey ?? new Uint8Array(),
        exchange[1]?.kemEncapsulation ?? new Uint8Array(),
      );
      for (const { item } of items) {
        if (item.action.case !== "handshake") continue;
        expect(readSessionHandshake(item.action.value, transcript).instanceId).not.toBe("");
        verified++;
      }
    }
    expect(verified).toBeGreaterThan(40);
  });

  test("CUR17: every recorded session can be played over a new key exchange", async () => {
    for (const { items } of sessions) {
      const { opening, client, records } = await exchanged();
      const { dialect } = await claimed(opening, records.seal(client.handshake()));
      for (const { fromClient, encrypted, item } of items) {
        if (!fromClient || !encrypted || item.action.case === "handshake") continue;
        const record = toHost(records.sealBytes(toBinary(SyncItemSchema, item)));
        expect(["config", "manifest", "operations", "resources"]).toContain(dialect.read(record).kind);
      }
    }
  });

  test("CUR13: only a peer's entry tells whose handshake it may be", () => {
    for (const entry of negatives("handshake_authorize")) {
      const handshake = decode(bytes(entry.item)).action;
      if (handshake.case !== "handshake") throw new Error("no handshake");
      const claim = readSessionHandshake(handshake.value, bytes(caseZero().transcript));
      const isPeer = claim.keyid === entry.peer?.keyId && claim.instanceId === entry.peer.instanceId;
      expect(isPeer).toBe(!entry.rejected);
    }
  });
});

/** Some bits mean nothing to a reader of protobuf: of a tag, how long its value is told to be. */
const UNALTERED = new Error("what was altered says the same");

/** Resolves where an opening with one altered item was let in. */
async function openAltered(which: "first" | "second", alter: (encoded: Uint8Array) => Uint8Array): Promise<void> {
  const really = (encoded: Uint8Array) => {
    const altered = alter(encoded);
    if (isDeepStrictEqual(meaningOf(altered), meaningOf(encoded))) throw UNALTERED;
    return altered;
  };
  const { opening, client, records } = await exchanged(peer, which === "first" ? really : undefined);
  const handshake = toBinary(SyncStreamItemSchema, records.seal(client.handshake()));
  await opening.receive(decode(which === "second" ? really(handshake) : handshake));
}

function meaningOf(encoded: Uint8Array): SyncStreamItem | undefined {
  try {
    return fromBinary(SyncStreamItemSchema, encoded, { readUnknownFields: false });
  } catch {
    return undefined;
  }
}

/** One bit flipped, cut off, a byte left out or a byte put in. */
function mutation(at: number, bit: number, how: number): (encoded: Uint8Array) => Uint8Array {
  return (encoded) => {
    const index = at % encoded.length;
    if (how === 1) return encoded.slice(0, index);
    if (how === 2) return Uint8Array.from([...encoded.slice(0, index), ...encoded.slice(index + 1)]);
    if (how === 3) return Uint8Array.from([...encoded.slice(0, index), bit, ...encoded.slice(index)]);
    return encoded.map((byte, place) => (place === index ? byte ^ (1 << bit) : byte));
  };
}

interface Exchanged {
  readonly opening: CurrentOpening;
  readonly client: CurrentPeerOpening;
  readonly records: PeerRecords;
}

/** Both sides behind the key exchange, of which the client's item may be altered on the way. */
async function exchanged(
  own = peer,
  alter?: (first: Uint8Array) => Uint8Array,
  wanted: KnownHost = known,
): Promise<Exchanged> {
  const client = await CurrentPeerOpening.begin(own, wanted);
  const opening = new CurrentOpening({ host, keys, turn: () => Promise.resolve() });
  const first = toBinary(SyncStreamItemSchema, client.first);
  const step = await opening.receive(decode(alter === undefined ? first : alter(first)));
  if (step.step !== "answer") throw new Error("no answer");
  return { opening, client, records: await client.exchange(toClient(step.item)) };
}

async function claimed(
  opening: CurrentOpening,
  record: SyncStreamItem,
): Promise<{ hello: CurrentHello; dialect: CurrentDialect }> {
  const step = await opening.receive(toHost(record));
  if (step.step !== "hello") throw new Error("no hello");
  return step;
}

async function expectRefusal(attempt: Promise<unknown>, code: string): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ name: "HubError", code });
}

function toHost(item: SyncStreamItem): SyncItem {
  return decode(toBinary(SyncStreamItemSchema, item));
}

function toClient(item: SyncItem): SyncStreamItem {
  return fromBinary(SyncStreamItemSchema, toBinary(SyncItemSchema, item));
}

function inTheClear(item: SessionItem): SyncItem {
  return decode(toBinary(SessionItemSchema, item));
}

function decode(encoded: Uint8Array): SyncItem {
  return fromBinary(SyncItemSchema, encoded);
}
