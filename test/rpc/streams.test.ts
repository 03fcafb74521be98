import { statSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import { ConnectionState, type PeerState, SyncStateStreamRequestSchema } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup, hook, prune } from "../support/sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("peer states", () => {
  test("STATE6: without subscribe the stream ends with OK after the last state; an empty hub sends nothing", async () => {
    const hub = await testHub();
    expect(await collect(callHub(hub).states.getPeerSyncStatesStream({}))).toEqual([]);
    await addedPeer(hub, "one");
    await addedPeer(hub, "two");
    const states = await collect(callHub(hub).states.getPeerSyncStatesStream({}));
    expect(new Set(states.map(({ peerInstanceId }) => peerInstanceId))).toEqual(new Set(["one", "two"]));
  });

  test("STATE7: an empty hub gives a follower a sign of life at once and again, without a key id", async () => {
    const hub = await testHub({ "heartbeat-interval": "1s" });
    const states = follow(hub);
    await eventually(() => expect(states.got.length).toBeGreaterThanOrEqual(2));
    expect(states.got[0]).toMatchObject({ peerKeyid: "", state: ConnectionState.UNKNOWN });
  });

  test("STATE7: while nothing changes, a state that is known already is sent again", async () => {
    const hub = await testHub({ "heartbeat-interval": "1s" });
    const peer = await addedPeer(hub, "one");
    const states = follow(hub);
    await eventually(() => expect(states.got.length).toBeGreaterThanOrEqual(3));
    expect(new Set(states.got.map(({ peerKeyid }) => peerKeyid))).toEqual(new Set([peer.identity.keyid]));
  });

  test("STATE3: a removed peer leaves a follower's stream with one last state", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, "one");
    const states = follow(hub);
    await eventually(() => expect(states.got).toHaveLength(1));
    await callHub(hub).peers.removePeer({ peer: { case: "keyid", value: peer.identity.keyid } });
    await eventually(() => expect(states.got).toHaveLength(2));
    expect(states.got[1]).toMatchObject({ peerKeyid: peer.identity.keyid, state: ConnectionState.UNKNOWN });
    expect(await collect(callHub(hub).states.getPeerSyncStatesStream({}))).toEqual([]);
  });

  test("STATE8: a reader that does not read is cut, and nobody else notices", async () => {
    const hub = await testHub({ "watcher-stall-timeout": "1s", "heartbeat-interval": "1s" });
    const peer = await addedPeer(hub, "one");
    peer.resources = { repos: Array.from({ length: 2_000 }, (_, n) => ({ id: `repo-${n}`, guid: "g".repeat(64) })) };
    await peer.connect();
    const closed = stalledReader(hub);
    const states = follow(hub);
    // Each state is larger than what the reader's window takes.
    await expect(closed).resolves.toBeLessThan(10_000);
    const before = states.got.length;
    await eventually(() => expect(states.got.length).toBeGreaterThan(before));
    expect(peer.state.name).toBe("open");
  });

  test("SES9: a follower is told when the hub stops", async () => {
    const hub = await testHub();
    await addedPeer(hub, "one");
    const states = follow(hub);
    await eventually(() => expect(states.got).toHaveLength(1));
    await hub.hub.close();
    expect(await states.ended).toMatchObject({
      code: Code.Unavailable,
      rawMessage: expect.stringContaining("stopping"),
    });
  });
});

describe("operations", () => {
  test("OPS3: a keep-alive at once, then every change behind its commit, in the hub's numbers", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, "one");
    await peer.connect();
    const events = followOperations(hub);
    await eventually(() => expect(events.got[0]?.event.case).toBe("keepAlive"));
    const parent = peer.history.start(backup());
    await eventually(() => expect(events.got).toHaveLength(2));
    const created = operationsIn(events.got[1], "createdOperations");
    expect(created).toMatchObject([
      { originalId: parent.id, originalInstanceKeyid: peer.identity.keyid, planId: "plan" },
    ]);
    peer.history.add(hook(parent.id));
    await eventually(() => expect(events.got).toHaveLength(3));
    const [hookRow] = operationsIn(events.got[2], "createdOperations");
    expect(hookRow?.op).toMatchObject({ case: "operationRunHook", value: { parentOp: created[0]?.id } });
    peer.history.finish(parent.id);
    await eventually(() => expect(events.got).toHaveLength(4));
    expect(operationsIn(events.got[3], "updatedOperations")).toMatchObject([
      { id: created[0]?.id, originalId: parent.id },
    ]);
    peer.history.delete(parent.id);
    await eventually(() => expect(events.got).toHaveLength(5));
    expect(events.got[4]?.event).toMatchObject({ case: "deletedOperations", value: { values: [created[0]?.id] } });
  });

  test("OPS4: an idle stream is kept alive", async () => {
    const hub = await testHub({ "heartbeat-interval": "1s" });
    const events = followOperations(hub);
    await eventually(() => expect(events.got.length).toBeGreaterThanOrEqual(2));
    expect(new Set(events.got.map(({ event }) => event.case))).toEqual(new Set(["keepAlive"]));
  });

  test("OPS4: what a follower sees live is what a reader finds", async () => {
    const hub = await testHub();
    const peers = await Promise.all([1, 2, 3].map((n) => addedPeer(hub, `peer-${n}`)));
    const events = followOperations(hub);
    await eventually(() => expect(events.got).toHaveLength(1));
    await Promise.all(peers.map((peer) => peer.connect()));
    for (let n = 0; n < 200; n++) {
      for (const peer of peers) {
        const { id } = peer.history.add(n % 2 === 0 ? backup() : prune());
        if (n % 3 === 0) peer.history.finish(id);
        if (n % 5 === 0) peer.history.delete(id);
      }
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await eventually(async () => {
      const live = new Map<bigint, number>();
      for (const { event } of events.got) {
        if (event.case === "deletedOperations") for (const id of event.value.values) live.delete(id);
        if (event.case === "createdOperations" || event.case === "updatedOperations") {
          for (const { id, status } of event.value.operations) live.set(id, status);
        }
      }
      const { operations } = await callHub(hub).backrest.getOperations({ selector: {} });
      expect(operations).toHaveLength(3 * 160);
      expect(new Map(operations.map(({ id, status }) => [id, status]))).toEqual(live);
    });
  });

  test("OPS1: no selector, and ids beside other fields, are refused in words", async () => {
    const { backrest } = callHub(await testHub());
    await expect(backrest.getOperations({})).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("selector"),
    });
    await expect(backrest.getOperations({ selector: { ids: [1n], planId: "p" } })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    await expect(backrest.getOperations({ selector: {}, lastN: -1n })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  test("OPS2: last_n takes the newest by start and answers by id; binary and JSON clients get the same", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, "one");
    for (const start of [50n, 10n, 40n, 30n, 20n]) peer.history.add(backup("plan", { unixTimeStartMs: start }));
    await peer.connect();
    await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(5));
    const { operations } = await callHub(hub).backrest.getOperations({ selector: { planId: "plan" }, lastN: 3n });
    expect(new Set(operations.map(({ unixTimeStartMs }) => unixTimeStartMs))).toEqual(new Set([50n, 40n, 30n]));
    expect(operations.map(({ id }) => id)).toEqual(operations.map(({ id }) => id).toSorted((a, b) => Number(a - b)));
    const answer = await fetch(`${hub.url}/v1.Backrest/GetOperations`, {
      method: "POST",
      headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json" },
      body: JSON.stringify({ selector: { planId: "plan" }, lastN: "3" }),
    });
    const json = (await answer.json()) as { operations: { id: string }[] };
    expect(json.operations.map(({ id }) => BigInt(id))).toEqual(operations.map(({ id }) => id));
  });

  test("OPS1: what a hub does not do is answered as unimplemented", async () => {
    const { backrest } = callHub(await testHub());
    await expect(backrest.backup({ value: "plan" })).rejects.toMatchObject({ code: Code.Unimplemented });
  });

  test("ACC1: without the token nothing is read", async () => {
    const hub = await testHub();
    const stranger = callHub({ url: hub.url, token: "wrong" });
    await expect(stranger.backrest.getOperations({ selector: {} })).rejects.toMatchObject({
      code: Code.Unauthenticated,
    });
    await expect(collect(stranger.states.getPeerSyncStatesStream({}))).rejects.toMatchObject({
      code: Code.Unauthenticated,
    });
  });
});

describe("the hub itself", () => {
  test("HLT9: /healthz and /readyz", async () => {
    const hub = await testHub();
    expect(await (await fetch(`${hub.url}/healthz`)).text()).toBe("ok\n");
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(hub.url)).text()).toContain("Backrest Hub");
  });

  test("HUB1: identity and status", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, "one");
    peer.history.add(backup());
    await peer.connect();
    await eventually(async () => {
      expect(await callHub(hub).hub.getStatus({})).toMatchObject({
        peersApproved: 1,
        peersConnected: 1,
        operationCount: 1n,
        listenAddresses: [hub.url],
        runtime: `Node ${process.versions.node}`,
        dataDirectory: hub.dataDir,
        tls: false,
      });
    });
    // What the peer told of itself may still be on its way to the disk.
    await eventually(async () => {
      const { databaseBytes, logBytes, freeBytes } = await callHub(hub).hub.getStatus({});
      const onDisk = ["hub.sqlite", "hub.sqlite-wal"].map((name) => statSync(join(hub.dataDir, name)).size);
      expect([Number(databaseBytes), logBytes]).toEqual([onDisk.reduce((sum, size) => sum + size, 0), 0n]);
      expect(freeBytes).toBeGreaterThan(0n);
    });
    const { instanceId, ecdsa, ed25519 } = hub.directory.identity;
    expect(await callHub(hub).hub.getIdentity({})).toMatchObject({
      instanceId,
      ecdsaKeyid: ecdsa.keyid,
      ed25519Keyid: ed25519.keyid,
    });
  });
});

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

async function addedPeer(hub: TestHub, instanceId: string): Promise<SeedPeer> {
  // Roomier than a Backrest's queue: these tests are not about a peer that gives up in a burst.
  const peer = new SeedPeer({ instanceId, url: hub.url, sendQueue: { items: 10_000, patienceMs: 5_000 } });
  open.push({ close: async () => peer.kill() });
  await callHub(hub).peers.addPeer({ instanceId, keyid: peer.identity.keyid });
  return peer;
}

interface Followed<T> {
  readonly got: T[];
  readonly ended: Promise<ConnectError | undefined>;
}

function follow(hub: TestHub): Followed<PeerState> {
  return followed((signal) => callHub(hub).states.getPeerSyncStatesStream({ subscribe: true }, { signal }));
}

function followOperations(hub: TestHub): Followed<OperationEvent> {
  return followed((signal) => callHub(hub).backrest.getOperationEvents({}, { signal }));
}

function followed<T>(begin: (signal: AbortSignal) => AsyncIterable<T>): Followed<T> {
  const stop = new AbortController();
  const got: T[] = [];
  const run = async () => {
    try {
      for await (const message of begin(stop.signal)) got.push(message);
      return undefined;
    } catch (reason) {
      return ConnectError.from(reason);
    }
  };
  const ended = run();
  open.push({
    close: async () => {
      stop.abort();
      await ended;
    },
  });
  return { got, ended };
}

function operationsIn(event: OperationEvent | undefined, kind: "createdOperations" | "updatedOperations") {
  if (event?.event.case !== kind) throw new Error(`the event is ${event?.event.case}`);
  return event.event.value.operations;
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const message of stream) got.push(message);
  return got;
}

/** Opens a state stream with a window of 1 KiB and reads nothing; resolves with the time until it was cut. */
function stalledReader(hub: TestHub): Promise<number> {
  const request = toBinary(SyncStateStreamRequestSchema, create(SyncStateStreamRequestSchema, { subscribe: true }));
  const began = Date.now();
  const session = connect(hub.url, { settings: { initialWindowSize: 1024 } });
  const stream = session.request({
    ":method": "POST",
    ":path": "/v1sync.BackrestSyncStateService/GetPeerSyncStatesStream",
    "content-type": "application/connect+proto",
    authorization: `Bearer ${hub.token}`,
  });
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, request.length]), request]));
  return new Promise((resolve) => {
    const done = () => {
      session.destroy();
      resolve(Date.now() - began);
    };
    stream.on("error", done).on("close", done);
    session.on("error", done).on("close", done);
  });
}
