import { monitorEventLoopDelay } from "node:perf_hooks";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ConnectionService } from "../../gen/hub/v1/connections_pb.js";
import { KnockReason } from "../../gen/hub/v1/peers_pb.js";
import { OperationEventSchema } from "../../gen/v1/operations_pb.js";
import { ConnectionState, type PeerState } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { loadEcdsaIdentity } from "../../src/dialect/identity.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { backup, ERROR, hook, prune } from "../support/sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("opening", () => {
  test("HS6: an unknown key is refused, listed, and let in once it is approved", async () => {
    const hub = await testHub();
    const peer = newPeer(hub);
    await expect(peer.connect()).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining(`backrest-hub peers approve ${peer.identity.keyid}`),
    });
    const { peers } = callHub(hub);
    const { knocks } = await peers.listPeers({});
    expect(knocks).toMatchObject([
      { keyid: peer.identity.keyid, instanceId: "machine", attempts: 1n, reason: KnockReason.UNKNOWN_KEY },
    ]);
    expect(await stateOf(hub, peer)).toMatchObject({ state: ConnectionState.PENDING });
    await peers.approvePeer({ keyid: peer.identity.keyid });
    await peer.connect();
    expect((await peers.listPeers({})).knocks).toEqual([]);
    await expectState(hub, peer, ConnectionState.CONNECTED);
  });

  test("HS9: who was refused by an operator waits no more, however often it knocks, until it is added", async () => {
    const hub = await testHub();
    const peer = newPeer(hub);
    await expect(peer.connect()).rejects.toThrow();
    const { peers } = callHub(hub);
    const connections = createClient(ConnectionService, tokenTransport(hub.url, hub.token));
    const { keyid } = peer.identity;
    expect(await peers.refusePeer({ keyid })).toMatchObject({ knock: { keyid, instanceId: "machine" } });
    expect(await stateOf(hub, peer)).toBeUndefined();
    await expect(peer.connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect((await peers.listPeers({})).knocks).toEqual([]);
    expect(await stateOf(hub, peer)).toBeUndefined();
    await eventually(async () =>
      expect((await connections.listRefused({})).refused).toMatchObject([{ keyid, count: 2n }]),
    );
    await expect(peers.refusePeer({ keyid })).rejects.toMatchObject({ code: Code.NotFound });
    await expect(peers.refusePeer({ keyid: "x" })).rejects.toMatchObject({ code: Code.InvalidArgument });
    await peers.addPeer({ instanceId: "machine", keyid });
    await peer.connect();
    await peers.removePeer({ peer: { case: "keyid", value: keyid } });
    // Whatever was refused before it was added is of the past.
    await expect(peer.connect()).rejects.toThrow();
    expect((await peers.listPeers({})).knocks).toHaveLength(1);
  });

  test("HS3: a refused peer never sees the hub's handshake", async () => {
    const hub = await testHub();
    const peer = newPeer(hub);
    await expect(peer.connect()).rejects.toThrow();
    expect(peer.received).toEqual([]);
  });

  test("HS5: a known key under another instance id is refused with both names", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const renamed = newPeer(hub, { identity: peer.identity, instanceId: "renamed" });
    await expect(renamed.connect()).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringMatching(/"machine".*"renamed"/),
    });
  });

  test("HS5: another key under a taken instance id is refused, and says how to resolve it", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const renewed = newPeer(hub);
    await expect(renewed.connect()).rejects.toMatchObject({
      rawMessage: expect.stringContaining(`peers approve ${renewed.identity.keyid}`),
    });
    await callHub(hub).peers.approvePeer({ keyid: renewed.identity.keyid });
    await renewed.connect();
    await expect(peer.connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  test("HS5: the hub's own key and instance id are nobody else's", async () => {
    const hub = await testHub();
    const { instanceId, ecdsa } = hub.directory.identity;
    const mirror = newPeer(hub, { identity: loadEcdsaIdentity(ecdsa), instanceId: "mirror" });
    await expect(mirror.connect()).rejects.toMatchObject({ rawMessage: expect.stringContaining("the hub's own key") });
    const namesake = newPeer(hub, { instanceId });
    await expect(namesake.connect()).rejects.toMatchObject({ rawMessage: expect.stringContaining("the hub's own") });
  });

  for (const [name, offsetMs] of [
    ["ahead of", 6 * 60_000],
    ["behind", -6 * 60_000],
  ] as const) {
    test(`HS1: a clock 6 minutes ${name} the hub's is refused, with words`, async () => {
      const hub = await testHub();
      const peer = await addedPeer(hub, { now: () => Date.now() + offsetMs });
      await expect(peer.connect()).rejects.toMatchObject({
        code: Code.PermissionDenied,
        rawMessage: expect.stringContaining(`${name} the hub's`),
      });
    });
  }

  test("SES3: a stream that says nothing ends, with words", async () => {
    const hub = await testHub({ "request-timeout": "300ms", "first-bytes-timeout": "200ms" });
    const peer = newPeer(hub);
    const end = await peer.dial({ opening: [] }).ended;
    expect(end).toMatchObject({ cause: "host", code: Code.DeadlineExceeded });
  });

  test("HS5: nobody appears among the states under the name of a peer", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    await expect(newPeer(hub).connect()).rejects.toThrow();
    const other = await addedPeer(hub, { instanceId: "other" });
    await expect(newPeer(hub, { identity: other.identity }).connect()).rejects.toThrow();
    const shown = await allStates(hub);
    expect(new Map(shown.map(({ peerKeyid, peerInstanceId }) => [peerKeyid, peerInstanceId]))).toEqual(
      new Map([
        [peer.identity.keyid, "machine"],
        [other.identity.keyid, "other"],
      ]),
    );
  });

  test("HS2: what is no handshake is refused by its name", async () => {
    const hub = await testHub();
    const peer = newPeer(hub);
    const session = peer.dial({ opening: [] });
    await session.sendItem({ action: { case: "heartbeat", value: {} } });
    expect(await session.ended).toMatchObject({
      code: Code.InvalidArgument,
      message: expect.stringContaining("heartbeat"),
    });
  });

  test("HS6: many strangers do not take a known peer off the list of states", async () => {
    const hub = await testHub({ "max-knocks": "3" });
    const peer = await addedPeer(hub);
    // The known peer knocks as well: under another name, so that it is among those who wait.
    await expect(newPeer(hub, { identity: peer.identity, instanceId: "renamed" }).connect()).rejects.toThrow();
    await peer.connect();
    for (let n = 0; n < 5; n++) await expect(newPeer(hub, { instanceId: `m${n}` }).connect()).rejects.toThrow();
    expect(await stateOf(hub, peer)).toMatchObject({ state: ConnectionState.CONNECTED, peerInstanceId: "machine" });
  });

  test("HS6: adding a peer again changes nothing for one that is in session", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    await peer.connect();
    await expectState(hub, peer, ConnectionState.CONNECTED);
    await callHub(hub).peers.addPeer({ instanceId: "machine", keyid: peer.identity.keyid });
    expect((await stateOf(hub, peer))?.state).toBe(ConnectionState.CONNECTED);
  });

  test("HS6: only the newest knocks are kept", async () => {
    const hub = await testHub({ "max-knocks": "3" });
    for (let n = 0; n < 5; n++) await expect(newPeer(hub, { instanceId: `m${n}` }).connect()).rejects.toThrow();
    const { knocks } = await callHub(hub).peers.listPeers({});
    expect(knocks.map(({ instanceId }) => instanceId)).toEqual(["m4", "m3", "m2"]);
    expect(new Set((await allStates(hub)).map(({ peerInstanceId }) => peerInstanceId))).toEqual(
      new Set(["m2", "m3", "m4"]),
    );
  });
});

describe("session", () => {
  test("SES7: the first sync brings everything, and live changes follow", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    for (let n = 0; n < 1_000; n++) peer.history.add(backup(`plan-${n % 7}`));
    await peer.connect();
    await expectEqual(hub, peer);
    const { id } = peer.history.start(backup());
    await expectEqual(hub, peer);
    peer.history.finish(id);
    peer.history.add(hook(id));
    await expectEqual(hub, peer);
    peer.history.delete(id);
    await expectEqual(hub, peer);
  });

  test("SES7: of a large peer, what changed is found at once and what was deleted in a full pass", async () => {
    const hub = await testHub({ "full-pass-below": "0" });
    const peer = await addedPeer(hub);
    const ids = Array.from({ length: 20 }, () => peer.history.add(backup()).id);
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    peer.history.finish(ids[3] ?? 0n);
    peer.history.add(prune());
    await peer.connect();
    await expectEqual(hub, peer);
    // A deletion while away shows in the first full pass, the latest after the hub's next start.
    peer.kill();
    peer.history.delete(ids[5] ?? 0n, ids[19] ?? 0n);
    const restarted = await restart(hub);
    await peer.connect();
    await expectEqual(restarted, peer);
  });

  test("SES7: what was deleted while the peer was away is gone at the next connection", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const ids = Array.from({ length: 20 }, () => peer.history.add(backup()).id);
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    peer.history.delete(ids[5] ?? 0n);
    peer.history.add(prune());
    await peer.connect();
    await expectEqual(hub, peer);
  });

  test("SES7: a reset database of a large peer is noticed by its mark", async () => {
    const hub = await testHub({ "full-pass-below": "0" });
    const peer = await addedPeer(hub);
    for (let n = 0; n < 30; n++) peer.history.add(backup());
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    const reset = newPeer(hub, { identity: peer.identity });
    reset.history.add(prune("other"));
    await reset.connect();
    await expectEqual(hub, reset);
  });

  test("SES8: the newest session wins, and the older one's end changes nothing", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const older = await peer.connect();
    await peer.connect({ newConnection: true });
    expect(await older.ended).toMatchObject({ cause: "host", code: Code.Aborted });
    await older.streamEnded;
    await expectState(hub, peer, ConnectionState.CONNECTED);
    peer.history.add(backup());
    await expectEqual(hub, peer);
    expect(hub.log.filter(({ level, msg }) => Number(level) >= 40 && String(msg).includes("session"))).toEqual([]);
  });

  test("SES14: a peer reads the end of its older session before it hears from the newer one", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const older = await peer.connect();
    const heard: string[] = [];
    const olderEnd = older.streamEnded.then(() => heard.push("end of the older"));
    await peer.connect({ newConnection: true }).then(() => heard.push("opening of the newer"));
    await olderEnd;
    expect(heard).toEqual(["end of the older", "opening of the newer"]);
  });

  test("SES11: removing a peer ends its session within a second and keeps its history", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    peer.history.add(backup());
    const session = await peer.connect();
    await expectEqual(hub, peer);
    const began = Date.now();
    await callHub(hub).peers.removePeer({ peer: { case: "instanceId", value: "machine" } });
    expect(await session.ended).toMatchObject({ cause: "host", code: Code.PermissionDenied });
    expect(Date.now() - began).toBeLessThan(1_000);
    await expect(peer.connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(1);
    await callHub(hub).peers.approvePeer({ keyid: peer.identity.keyid });
    await peer.connect();
    peer.history.add(backup());
    await expectEqual(hub, peer);
  });

  test("SES4: a heartbeat keeps an idle stream alive", async () => {
    const hub = await testHub({ "heartbeat-interval": "1s" });
    const peer = await addedPeer(hub);
    await peer.connect();
    await eventually(() => expect(peer.received.some(({ action }) => action.case === "heartbeat")).toBe(true));
  });

  test("SES5: a peer that gave up its session, and leaves the stream open, is asked and then let go", async () => {
    const hub = await testHub({ "idle-probe-after": "1s", "probe-timeout": "300ms" });
    const peer = await addedPeer(hub);
    const session = await peer.connect();
    await expectState(hub, peer, ConnectionState.CONNECTED);
    session.giveUp("given up");
    await expectState(hub, peer, ConnectionState.DISCONNECTED);
    await session.streamEnded;
    await peer.connect();
    await expectState(hub, peer, ConnectionState.CONNECTED);
  });

  test("SES5: a silent peer that answers stays", async () => {
    const hub = await testHub({ "idle-probe-after": "1s", "probe-timeout": "300ms" });
    const peer = await addedPeer(hub);
    const session = await peer.connect();
    await new Promise((resolve) => setTimeout(resolve, 2_600));
    expect(session.state.name).toBe("open");
    expect(peer.received.filter(({ action }) => action.case === "requestResources").length).toBeGreaterThan(2);
  });

  test("SES5: a frozen connection is noticed by its pings", async () => {
    const hub = await testHub({ "ping-interval": "1s", "ping-timeout": "300ms" });
    const peer = await addedPeer(hub, { freezable: true });
    await peer.connect();
    await expectState(hub, peer, ConnectionState.CONNECTED);
    peer.freeze();
    await expectState(hub, peer, ConnectionState.DISCONNECTED);
    peer.thaw();
  });

  test("SES6: a peer that stops in the middle of its history is asked once more and then let go", async () => {
    const hub = await testHub({ "fence-timeout": "1s" });
    const peer = await addedPeer(hub, {
      onItem: ({ action }) => (action.case === "requestOperations" ? never() : undefined),
    });
    await peer.connect();
    await expectState(hub, peer, ConnectionState.DISCONNECTED);
    expect((await stateOf(hub, peer))?.statusMessage).toContain("in the middle of sending its history");
  });

  test("SES13: nothing is sent that a Backrest does not know", async () => {
    const hub = await testHub({ "heartbeat-interval": "1s", "idle-probe-after": "1s" });
    const peer = await addedPeer(hub, { capabilities: ["logs", "throttle"] });
    peer.history.finish(peer.history.add(backup()).id, ERROR);
    await peer.connect();
    await eventually(() => expect(peer.received.length).toBeGreaterThan(5));
    const kinds = new Set(peer.received.map(({ action }) => action.case));
    expect(kinds).toEqual(new Set(["handshake", "requestOperations", "requestResources", "heartbeat"]));
  });

  test("SES9: a stop of the hub is told, with words", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const session = await peer.connect();
    await hub.hub.close();
    expect(await session.ended).toMatchObject({ code: Code.Unavailable, message: expect.stringContaining("stopping") });
  });

  test("SES9: a client that is killed is shown as expected back, and then as gone", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    await peer.connect();
    await expectState(hub, peer, ConnectionState.CONNECTED);
    peer.kill();
    await expectState(hub, peer, ConnectionState.RETRY_WAIT);
  });

  test("SES1: one session speaks gRPC instead of Connect", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, { protocol: "grpc" });
    for (let n = 0; n < 300; n++) peer.history.add(backup());
    await peer.connect();
    await expectEqual(hub, peer);
  });

  test("STATE9: a configuration is shown with its secrets masked, and sealed at rest", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, {
      config: {
        modno: 3,
        version: 4,
        repos: [{ id: "r", uri: "sftp://me:hush-uri@host/x", password: "hush-password", env: ["KEY=hush-env"] }],
      },
    });
    await peer.connect();
    await eventually(async () => expect((await stateOf(hub, peer))?.remoteConfig?.repos).toHaveLength(1));
    const shown = JSON.stringify(await stateOf(hub, peer), (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(shown).toContain('"r"');
    expect(shown).not.toContain("hush");
    expect(JSON.stringify(hub.log)).not.toContain("hush");
    const restarted = await restart(hub);
    expect((await stateOf(restarted, peer))?.remoteConfig?.repos[0]?.password).not.toContain("hush");
  });

  test("STATE1: resources and heartbeats reach those who watch", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, {
      heartbeatMs: 100,
      resources: { repos: [{ id: "r", guid: "g" }], plans: [{ id: "p" }] },
    });
    const watched: PeerState[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const state of callHub(hub).states.getPeerSyncStatesStream(
        { subscribe: true },
        { signal: stop.signal },
      ))
        watched.push(state);
    })().catch(() => {});
    await peer.connect();
    await eventually(() => {
      expect(watched.at(-1)).toMatchObject({
        state: ConnectionState.CONNECTED,
        knownRepos: [{ id: "r" }],
        knownPlans: [{ id: "p" }],
      });
      expect(watched.at(-1)?.lastHeartbeatMillis).toBeGreaterThan(0n);
    });
    stop.abort();
    await watching;
  });
});

describe("misbehaviour", () => {
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
  const cases: Record<string, Parameters<SeedPeer["sendItem"]>[0] | Uint8Array> = {
    "a second handshake": { action: { case: "handshake", value: {} } },
    signed_message: { action: { case: "signedMessage", value: {} } },
    request_operations: { action: { case: "requestOperations", value: {} } },
    set_config: { action: { case: "setConfig", value: {} } },
    request_resources: { action: { case: "requestResources", value: {} } },
    request_log: { action: { case: "requestLog", value: { logId: "../../etc/passwd" } } },
    receive_log_data: { action: { case: "receiveLogData", value: { logId: "x", chunk: new Uint8Array(10) } } },
    throttle: { action: { case: "throttle", value: { delayMs: -1n } } },
    "the key exchange of the current generation": { action: { case: "establishSharedSecret", value: {} } },
    "an encrypted item": { action: { case: "encrypted", value: {} } },
    "an item with nothing set": {},
    "an action that the contract does not have": bytes("fa3f00"),
    "operations without an event": { action: { case: "receiveOperations", value: {} } },
    "operations with an event of which nothing is set": { action: { case: "receiveOperations", value: { event: {} } } },
    "a configuration message without a configuration": { action: { case: "receiveConfig", value: {} } },
    "bytes that are no item": bytes("0f00"),
    "operations that do not decode": bytes("aa0103ffffff"),
    "a configuration that does not decode": bytes("b20103ffffff"),
    "a length that lies": bytes("aa01ff01"),
  };
  for (const [name, item] of Object.entries(cases)) {
    test(`SES10: ${name} ends that session with words, and nothing else`, async () => {
      const hub = await testHub();
      const bystander = await addedPeer(hub, { instanceId: "bystander" });
      await bystander.connect();
      const peer = await addedPeer(hub);
      const session = await peer.connect();
      await expectEqual(hub, peer);
      if (item instanceof Uint8Array) await session.sendBytes(item);
      else await session.sendItem(item);
      const end = await session.ended;
      expect(end).toMatchObject({ cause: "host", code: Code.InvalidArgument });
      expect(end.message.length).toBeGreaterThan(20);
      await expectState(hub, peer, ConnectionState.ERROR_PROTOCOL);
      expect(
        hub.log.filter(({ msg, cause }) => cause === "protocol" && String(msg).startsWith("session ended")),
      ).toHaveLength(1);
      bystander.history.add(backup());
      await expectEqual(hub, bystander);
      await peer.connect();
    });
  }

  const many = (count: number, entry: string) => Buffer.alloc(count * (entry.length / 2), Buffer.from(entry, "hex"));
  const framed = (tag: string, inner: Uint8Array) => Buffer.concat([bytes(tag), varint(inner.length), inner]);
  const hostile: Record<string, Uint8Array> = {
    "2,000,000 empty operations": framed("aa01", framed("0a", framed("12", many(2_000_000, "0a00")))),
    "2,000,000 deleted ids": framed("aa01", framed("0a", framed("22", framed("0a", many(2_000_000, "07"))))),
    "200,000 empty repos": framed("d201", many(200_000, "0a00")),
    "100,000 empty hooks in a configuration": framed("b201", framed("0a", framed("1a", many(100_000, "3a00")))),
    "a configuration of 1 MiB": framed("b201", framed("0a", framed("1a", framed("0a", many(1 << 20, "41"))))),
  };
  for (const [name, item] of Object.entries(hostile)) {
    test(`SES10: ${name} in one message end that session at once, and hold nobody up`, async () => {
      const hub = await testHub();
      const bystander = await addedPeer(hub, { instanceId: "bystander" });
      await bystander.connect();
      const peer = await addedPeer(hub);
      const session = await peer.connect();
      await expectEqual(hub, peer);
      const loop = monitorEventLoopDelay({ resolution: 1 });
      loop.enable();
      await session.sendBytes(item);
      expect(await session.ended).toMatchObject({ cause: "host", code: Code.ResourceExhausted });
      loop.disable();
      expect(loop.max / 1e6).toBeLessThan(1_000);
      bystander.history.add(backup());
      await expectEqual(hub, bystander);
    });
  }

  test("SES10: millions of fields that the contract does not have are passed over, and none is kept", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const session = await peer.connect();
    await expectEqual(hub, peer);
    const before = process.memoryUsage().rss;
    await session.sendBytes(Buffer.concat([bytes("2200"), many(4_000_000, "3801")]));
    peer.history.add(backup());
    await expectEqual(hub, peer);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });

  test("SES10: a peer that describes itself over and over loses its session", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, { sendQueue: { items: 1_000, patienceMs: 5_000 } });
    const session = await peer.connect();
    for (let n = 0; n < 80; n++)
      await session.sendItem({ action: { case: "receiveConfig", value: { config: { modno: n } } } });
    expect(await session.ended).toMatchObject({ code: Code.ResourceExhausted });
  });

  test("LOG4: a flood of operations that do not decode fills no log", async () => {
    const hub = await testHub({ "log-max-bytes-per-minute": "4KiB" });
    const peer = await addedPeer(hub, { sendQueue: { items: 5_000, patienceMs: 5_000 } });
    const session = await peer.connect();
    await expectEqual(hub, peer);
    const poison = framed("aa01", framed("0a", framed("12", bytes("0a06084e5a02fffe"))));
    for (let n = 0; n < 2_000; n++) await session.sendBytes(poison);
    await eventually(async () => {
      const { peers } = await callHub(hub).peers.listPeers({});
      expect(peers[0]?.poisonCount).toBe(2_000n);
    }, 10_000);
    expect(hub.log.filter(({ msg }) => String(msg).includes("do not decode")).length).toBeLessThan(60);
    expect(session.state.name).toBe("open");
  });

  test("ST17: an operation that does not decode is skipped and counted; the rest of its message is kept", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const good = peer.history.add(backup());
    const session = await peer.connect();
    await expectEqual(hub, peer);
    const event = toBinary(
      OperationEventSchema,
      create(OperationEventSchema, {
        event: { case: "createdOperations", value: { operations: [{ ...good, id: 77n, flowId: 77n }] } },
      }),
    );
    // A second operation in the list, whose instance id is no UTF-8.
    const list = event.subarray(event.indexOf(0x0a));
    const poison = bytes("0a06084e5a02fffe");
    const both = Buffer.concat([list, poison]);
    const inner = Buffer.concat([bytes("12"), varint(both.length), both]);
    const action = Buffer.concat([bytes("0a"), varint(inner.length), inner]);
    await session.sendBytes(Buffer.concat([bytes("aa01"), varint(action.length), action]));
    await eventually(async () =>
      expect([...(await callHub(hub).operationsOf(peer.identity.keyid)).keys()]).toContain(77n),
    );
    const { peers } = await callHub(hub).peers.listPeers({});
    expect(peers[0]?.poisonCount).toBe(1n);
    expect(session.state.name).toBe("open");
  });

  test("ST4: operations that claim another instance stay the property of the peer that sent them", async () => {
    const hub = await testHub();
    const victim = await addedPeer(hub, { instanceId: "victim" });
    victim.history.add(backup());
    await victim.connect();
    await expectEqual(hub, victim);
    const liar = await addedPeer(hub, { forwards: () => true });
    liar.history.add(backup("plan", { instanceId: "victim", originalInstanceKeyid: victim.identity.keyid }));
    await liar.connect();
    await eventually(async () => {
      const [operation] = (await callHub(hub).operationsOf(liar.identity.keyid)).values();
      expect(operation).toMatchObject({ instanceId: "victim", originalInstanceKeyid: liar.identity.keyid });
    });
    expect((await callHub(hub).operationsOf(victim.identity.keyid)).size).toBe(1);
  });

  test("SES10: prototype names and the edges of int64 are data", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, { instanceId: "__proto__" });
    peer.history.load([
      {
        ...peer.history.add(backup("constructor")),
        id: 9223372036854775807n,
        flowId: 1n,
        modno: 9223372036854775806n,
        unixTimeStartMs: -9223372036854775808n,
      },
    ]);
    await peer.connect();
    await eventually(async () => {
      const operations = await callHub(hub).operationsOf(peer.identity.keyid);
      expect(operations.get(9223372036854775807n)).toMatchObject({
        planId: "constructor",
        unixTimeStartMs: -9223372036854775808n,
      });
    });
  });
});

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

async function restart(hub: TestHub): Promise<TestHub> {
  const restarted = await hub.restart();
  open.splice(open.indexOf(hub), 1, restarted);
  return restarted;
}

function newPeer(hub: TestHub, options: Partial<SeedPeerOptions> = {}): SeedPeer {
  const peer = new SeedPeer({ instanceId: "machine", url: hub.url, ...options });
  open.push({ close: async () => peer.kill() });
  return peer;
}

async function addedPeer(hub: TestHub, options: Partial<SeedPeerOptions> = {}): Promise<SeedPeer> {
  const peer = newPeer(hub, options);
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  return peer;
}

/** The hub shows exactly the peer's history: rows, flows and the parents of hooks, in its own numbers. */
async function expectEqual(hub: TestHub, peer: SeedPeer): Promise<void> {
  await eventually(async () => {
    const shown = await callHub(hub).operationsOf(peer.identity.keyid);
    const own = peer.history.all();
    expect(new Set(shown.keys())).toEqual(new Set(own.map(({ id }) => id)));
    for (const operation of own) {
      const { status, planId, op, originalFlowId, unixTimeStartMs } = shown.get(operation.id) ?? {};
      expect({ status, planId, kind: op?.case, originalFlowId, unixTimeStartMs }).toEqual({
        status: operation.status,
        planId: operation.planId,
        kind: operation.op.case,
        originalFlowId: operation.flowId,
        unixTimeStartMs: operation.unixTimeStartMs,
      });
      if (op?.case === "operationRunHook" && operation.op.case === "operationRunHook") {
        const parent = shown.get(operation.op.value.parentOp);
        if (parent !== undefined) expect(op.value.parentOp).toBe(parent.id);
      }
    }
  });
}

function stateOf(hub: TestHub, peer: SeedPeer): Promise<PeerState | undefined> {
  return callHub(hub).stateOf(peer.identity.keyid);
}

async function allStates(hub: TestHub): Promise<PeerState[]> {
  const states: PeerState[] = [];
  for await (const state of callHub(hub).states.getPeerSyncStatesStream({})) states.push(state);
  return states;
}

async function expectState(hub: TestHub, peer: SeedPeer, state: ConnectionState): Promise<void> {
  await eventually(async () => expect((await stateOf(hub, peer))?.state).toBe(state));
}

function never(): Promise<void> {
  return new Promise(() => {});
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...out, rest]);
    out.push((rest & 0x7f) | 0x80);
  }
}
