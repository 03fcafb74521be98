import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { PublicKey, SignedMessage } from "../../gen/v1/crypto_pb.js";
import type { Operation } from "../../gen/v1/operations_pb.js";
import {
  type SyncStreamItem,
  type SyncStreamItem_SyncActionHandshake as Handshake,
  SyncStreamItem_SyncActionHandshakeSchema,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { History, type NewOperation } from "../../src/client/history.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { rawItem } from "../../src/client/raw-item.js";
import { reactTo } from "../../src/client/reaction.js";
import { generateEcdsaIdentity } from "../../src/dialect/identity.js";
import { readSeedHandshake } from "../../src/dialect/seed-handshake.js";
import { TEST_CERT_PATH, until } from "./h2-server.js";
import { type ItemInit, TestHost } from "./test-host.js";

const BACKUP: NewOperation = { repoId: "r", repoGuid: "g", planId: "p", op: { case: "operationBackup", value: {} } };
const EVERY_ID = 9223372036854775807n;
const unchanged = (item: SyncStreamItem) => item;
const REQUEST_RESOURCES: ItemInit = { action: { case: "requestResources", value: {} } };

let host: TestHost;
let peers: SeedPeer[] = [];

function peerOf(options: Partial<SeedPeerOptions> = {}): SeedPeer {
  const peer = new SeedPeer({ url: host.url, instanceId: "one", ...options });
  peers.push(peer);
  return peer;
}

beforeEach(async () => {
  host = await TestHost.listen();
});

afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.close()));
  peers = [];
  await until("no connection is open", () => host.server.connections === 0);
  await host.close();
});

function idsOf(item: SyncStreamItem): [string | undefined, readonly bigint[]] {
  if (item.action.case !== "receiveOperations") throw new Error(`expected operations, not ${item.action.case}`);
  const event = item.action.value.event?.event;
  if (event?.case === "deletedOperations") return [event.case, event.value.values];
  if (event?.case === "createdOperations" || event?.case === "updatedOperations") {
    return [event.case, event.value.operations.map((operation: Operation) => operation.id)];
  }
  return [event?.case, []];
}

describe("opening", () => {
  test("PEER5: the first item is a handshake that a host accepts, with its time", async () => {
    const at = Date.now() - 60_000;
    const peer = peerOf({ now: () => at, capabilities: ["logs"] });
    peer.dial();
    const handshake = await (await host.stream()).nextOf("handshake");
    const payload = toBinary(SyncStreamItem_SyncActionHandshakeSchema, handshake);
    expect(readSeedHandshake(payload, at + 1)).toEqual({
      generation: "seed",
      keyid: peer.identity.keyid,
      pairingSecret: "",
      instanceId: "one",
      capabilities: ["logs"],
      clearText: true,
    });
    expect(handshake.instanceId?.timestampMillis).toBe(BigInt(at));
  });

  test("PEER5: configuration and resources are shown only to a host that said who it is", async () => {
    const peer = peerOf({ resources: { repos: [{ id: "r", guid: "g" }], plans: [{ id: "p" }] } });
    const opening = peer.connect();
    const stream = await host.stream();
    await stream.nextOf("handshake");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream.unread).toBe(0);
    expect(peer.state.name).toBe("opening");
    stream.send(stream.handshake());
    expect((await stream.nextOf("receiveConfig")).config).toMatchObject({ modno: 1, version: 4 });
    expect(await stream.nextOf("receiveResources")).toMatchObject({
      repos: [{ id: "r", guid: "g" }],
      plans: [{ id: "p" }],
    });
    await opening;
    const { keyid } = host.identity;
    expect(peer.state).toMatchObject({
      name: "open",
      host: { instanceId: "the-host", keyid, capabilities: ["a-host"] },
    });
  });

  test.each([
    ["another key", { keyid: generateEcdsaIdentity().keyid }, unchanged],
    ["another instance id", { instanceId: "other" }, unchanged],
    ["no public key", {}, changed((handshake) => delete handshake.publicKey)],
    ["no instance id", {}, changed((handshake) => delete handshake.instanceId)],
    ["another version", {}, changed((handshake) => (handshake.protocolVersion = 3n))],
    ["a foreign key id", {}, changed((handshake) => (handshake.publicKey = { ...key(handshake), keyid: "ecdsa.x" }))],
    ["a key that is none", {}, changed((handshake) => (handshake.publicKey = { ...key(handshake), ed25519pub: "x" }))],
    ["a bad signature", {}, changed((handshake) => (signed(handshake).payload = Buffer.from("other")))],
    ["an old handshake", {}, changed((handshake) => (signed(handshake).timestampMillis -= 300_001n))],
  ] as const)("PEER6: a host with %s is refused, and the stream left open", async (_what, known, change) => {
    const peer = peerOf({ knownHost: { keyid: host.identity.keyid, ...known } });
    const opening = peer.connect();
    const stream = await host.stream();
    await stream.nextOf("handshake");
    stream.send(change(stream.handshake()));
    await expect(opening).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(peer.state).toMatchObject({ name: "ended", end: { cause: "gave-up", code: Code.PermissionDenied } });
    expect(stream.signal.aborted).toBe(false);
    expect(stream.unread).toBe(0);
  });

  test("PEER6: a host whose clock is ahead is accepted, however far", async () => {
    const opening = peerOf().connect();
    const stream = await host.stream();
    stream.send(stream.handshake(Date.now() + 86_400_000));
    await expect(opening).resolves.toBeDefined();
  });

  test("PEER6: a host that sends no handshake in time is given up, and the stream left open", async () => {
    const opening = peerOf({ handshakeTimeoutMs: 50 }).connect();
    const stream = await host.stream();
    await expect(opening).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(stream.signal.aborted).toBe(false);
  });

  test("PEER6: a host that refuses is heard: code and words", async () => {
    const opening = peerOf().connect();
    const stream = await host.stream();
    stream.end(new ConnectError("not on the list", Code.PermissionDenied));
    await expect(opening).rejects.toMatchObject({ code: Code.PermissionDenied, rawMessage: "not on the list" });
  });

  test.each(["connect", "grpc"] as const)("PEER7: sessions run over %s, h2c and TLS", async (protocol) => {
    const tls = await TestHost.listen({ tls: true });
    for (const each of [host, tls]) {
      const peer = peerOf({ url: each.url, protocol, ca: readFileSync(TEST_CERT_PATH) });
      const [session, stream] = await Promise.all([peer.connect(), each.opened()]);
      stream.send(REQUEST_RESOURCES);
      await stream.nextOf("receiveResources");
      stream.end(new ConnectError("enough", Code.Unavailable));
      await expect(session.ended).resolves.toEqual({ cause: "host", code: Code.Unavailable, message: "enough" });
    }
    await tls.close();
  });
});

describe("answers", () => {
  async function opened(options: Partial<SeedPeerOptions> = {}) {
    const peer = peerOf(options);
    const [session, stream] = await Promise.all([peer.connect(), host.opened()]);
    return { peer, session, stream };
  }

  test("PEER8: asked with the highest id, everything comes as updated, in batches of 256 and by start", async () => {
    const { peer, stream } = await opened({ history: filled(600, (i) => 1_000 + ((i * 7) % 600)) });
    stream.send({ action: { case: "requestOperations", value: { highOpid: EVERY_ID } } }, REQUEST_RESOURCES);
    const batches = [idsOf(await stream.next()), idsOf(await stream.next()), idsOf(await stream.next())];
    expect(batches.map(([kind, ids]) => [kind, ids.length])).toEqual([
      ["updatedOperations", 256],
      ["updatedOperations", 256],
      ["updatedOperations", 88],
    ]);
    expect(batches.flatMap(([, ids]) => ids)).toEqual(peer.history.all().map(({ id }) => id));
    await stream.nextOf("receiveResources");
  });

  test("PEER8: the mark is inclusive", async () => {
    const { stream } = await opened({ history: filled(5, (i) => 1_000 + i) });
    stream.send({ action: { case: "requestOperations", value: { highOpid: EVERY_ID, highModno: 4n } } });
    expect(idsOf(await stream.next())[1]).toHaveLength(2);
  });

  test("PEER8: a batch with new ids comes whole as created, and the known ones once more as updated", async () => {
    const { stream } = await opened({ history: filled(5, (i) => 1_000 - i) });
    stream.send({ action: { case: "requestOperations", value: { highOpid: 3n } } });
    expect(idsOf(await stream.next())).toEqual(["createdOperations", [5n, 4n, 3n, 2n, 1n]]);
    expect(idsOf(await stream.next())).toEqual(["updatedOperations", [3n, 2n, 1n]]);
  });

  test("PEER9: changes are told as they happen, those of other instances are not", async () => {
    const { peer, stream } = await opened();
    const { id } = peer.history.start(BACKUP);
    peer.history.add({ ...BACKUP, instanceId: "other" });
    peer.history.finish(id);
    peer.history.delete(id);
    expect(idsOf(await stream.next())).toEqual(["createdOperations", [id]]);
    expect(idsOf(await stream.next())).toEqual(["updatedOperations", [id]]);
    expect(idsOf(await stream.next())).toEqual(["deletedOperations", [id]]);
    expect(stream.unread).toBe(0);
  });

  test("PEER9: what changes while it is not connected is not told", async () => {
    const peer = peerOf();
    peer.history.start(BACKUP);
    const [, stream] = await Promise.all([peer.connect(), host.opened()]);
    stream.send(REQUEST_RESOURCES);
    await stream.nextOf("receiveResources");
  });

  test("PEER10: heartbeats come at the interval", async () => {
    const { stream } = await opened({ heartbeatMs: 20 });
    await stream.nextOf("heartbeat");
    await stream.nextOf("heartbeat");
  });

  test.each<[string, ItemInit]>([
    ["receive_operations", { action: { case: "receiveOperations", value: {} } }],
    ["request_log", { action: { case: "requestLog", value: {} } }],
    ["receive_log_data", { action: { case: "receiveLogData", value: {} } }],
    ["throttle", { action: { case: "throttle", value: {} } }],
    ["a second handshake", { action: { case: "handshake", value: {} } }],
    ["an item with nothing set", {}],
    ["a configuration without content", { action: { case: "receiveConfig", value: {} } }],
  ])("PEER11: %s ends the session as a protocol error, and the stream stays open", async (_what, item) => {
    const { peer, session, stream } = await opened();
    stream.send(item, REQUEST_RESOURCES);
    await expect(session.ended).resolves.toMatchObject({ cause: "gave-up", code: Code.InvalidArgument });
    peer.history.start(BACKUP);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stream.unread).toBe(0);
    expect(stream.signal.aborted).toBe(false);
  });

  test("PEER11: with the capabilities logs and throttle it answers those", async () => {
    const log = new Uint8Array(100_000).fill(7);
    const readLog = (id: string) => (id === "l" ? { content: log, ownerOpid: 3n, expirationTsUnix: 5n } : undefined);
    const { stream } = await opened({ capabilities: ["logs", "throttle"], readLog });
    stream.send({ action: { case: "requestLog", value: { logId: "l" } } });
    const pieces = [];
    for (;;) {
      const { chunk, ownerOpid, expirationTsUnix } = await stream.nextOf("receiveLogData");
      expect([ownerOpid, expirationTsUnix]).toEqual([3n, 5n]);
      if (chunk.length === 0) break;
      pieces.push(chunk);
    }
    expect(Buffer.concat(pieces).equals(log)).toBe(true);
    stream.send({ action: { case: "requestLog", value: { logId: "m" } } });
    expect((await stream.nextOf("receiveLogData")).errorMessage).toContain("m");
    const sinceMs = performance.now();
    stream.send({ action: { case: "throttle", value: { delayMs: 100n } } }, REQUEST_RESOURCES);
    await stream.nextOf("receiveResources");
    expect(performance.now() - sinceMs).toBeGreaterThanOrEqual(95);
  });

  test("PEER11: a host that throttles for less than nothing silences nobody, and for ever only for a minute", () => {
    const pauseOf = (delayMs: bigint) => {
      const item = create(SyncStreamItemSchema, { action: { case: "throttle", value: { delayMs } } });
      return reactTo(item, peerOf({ capabilities: ["throttle"] }));
    };
    for (const delayMs of [0n, -1n, -(2n ** 63n)]) expect(pauseOf(delayMs)).toEqual({ do: "nothing" });
    expect(pauseOf(59_999n)).toEqual({ do: "pause", ms: 59_999 });
    for (const delayMs of [60_000n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
      expect(pauseOf(delayMs)).toEqual({ do: "pause", ms: 60_000 });
    }
  });

  test("PEER12: a change of the configuration that is not granted ends the session", async () => {
    const { session, stream } = await opened();
    stream.send({ action: { case: "setConfig", value: {} } });
    await expect(session.ended).resolves.toMatchObject({ cause: "gave-up", code: Code.PermissionDenied });
    expect(stream.signal.aborted).toBe(false);
  });

  test("PEER12: after one that is granted it dials on another connection, and the old stream stays open", async () => {
    const { peer, session, stream } = await opened({
      onSetConfig: ({ reposToDelete }) => (reposToDelete[0] === "r" ? "changed" : "refused"),
    });
    stream.send({ action: { case: "setConfig", value: { reposToDelete: ["r"] } } });
    await expect(session.ended).resolves.toMatchObject({ cause: "configured" });
    await Promise.all([peer.connect({ newConnection: true }), host.opened()]);
    expect(host.server.connections).toBe(2);
    expect(stream.signal.aborted).toBe(false);
  });
});

describe("bytes", () => {
  test.each(["", "22 00", "0a 05 01", "a2 01 ff ff", "07", "00", "ff ff ff ff 0f 01 02 03"])(
    "PEER13: '%s' goes out as it is",
    (hex) => {
      const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
      expect(Buffer.from(toBinary(SyncStreamItemSchema, rawItem(bytes))).toString("hex")).toBe(bytes.toString("hex"));
    },
  );

  test("PEER13: malformed bytes reach the host in the place of an item, also as the first", async () => {
    const peer = peerOf();
    const session = peer.dial({ opening: [] });
    const stream = await host.stream();
    await expect(session.sendBytes(Buffer.from("1a0501", "hex"))).resolves.toBe(true);
    await expect(stream.next()).rejects.toThrow(ConnectError);
  });

  test("PEER13: an item is sent as it is", async () => {
    const peer = peerOf();
    const [, stream] = await Promise.all([peer.connect(), host.opened()]);
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: -1n } } });
    expect((await stream.nextOf("throttle")).delayMs).toBe(-1n);
  });
});

/** A history from before the connection: operation i, from 0, starts at `startOf(i)`. */
function filled(count: number, startOf: (i: number) => number): History {
  const history = new History({ instanceId: "one" });
  for (let i = 0; i < count; i += 1) history.add({ ...BACKUP, unixTimeStartMs: BigInt(startOf(i)) });
  return history;
}

function changed(change: (handshake: Handshake) => unknown): (item: SyncStreamItem) => SyncStreamItem {
  return (item) => {
    if (item.action.case === "handshake") change(item.action.value);
    return item;
  };
}

function key(handshake: Handshake): PublicKey {
  if (handshake.publicKey === undefined) throw new Error("the handshake has no public key");
  return handshake.publicKey;
}

function signed(handshake: Handshake): SignedMessage {
  if (handshake.instanceId === undefined) throw new Error("the handshake has no instance id");
  return handshake.instanceId;
}
