import { Code, createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { KnockReason } from "../../gen/hub/v1/peers_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { CurrentPeer, type CurrentPeerOptions } from "../../src/client/current-peer.js";
import { CurrentPeerOpening } from "../../src/client/current-opening.js";
import { History } from "../../src/client/history.js";
import { SeedPeer } from "../../src/client/peer.js";
import { generateEd25519Identity } from "../../src/dialect/identity.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { backup, hook, prune } from "../support/sample-operations.js";
import { openSyncStream } from "../support/sync-stream.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("a current peer", () => {
  test("CUR18: with nothing but a token it is let in at its first session, and without it at the second", async () => {
    const hub = await testHub();
    const peer = newPeer(hub, { pairingSecret: await secretOf(hub) });
    peer.history.add(backup());
    const first = await peer.connect();
    peer.pairingSecret = "";
    await peer.connect({ newConnection: true });
    expect(await first.ended).toMatchObject({ cause: "host", code: Code.Aborted });
    await expectEqual(hub, peer);
    await expectState(hub, peer, ConnectionState.CONNECTED);
    expect((await callHub(hub).peers.listPeers({})).knocks).toEqual([]);
  });

  test("PAIR3: who paired has what its token grants, and ListPeers shows it", async () => {
    const hub = await testHub();
    const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
    const permissions = [{ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["repo:nas", "!repo:private"] }];
    const { secret } = await pairing.createPairingToken({ permissions });
    await newPeer(hub, { pairingSecret: secret }).connect();
    const paired = await callHub(hub).peers.listPeers({});
    expect(paired.peers).toMatchObject([{ instanceId: "machine", permissions }]);
  });

  test("CUR18: a wrong secret is refused before the hub says who it is, and the peer is listed", async () => {
    const hub = await testHub();
    const peer = newPeer(hub, { pairingSecret: "f".repeat(64) });
    await expect(peer.connect()).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("no pairing token with this secret"),
    });
    expect(peer.received).toEqual([]);
    expect((await callHub(hub).peers.listPeers({})).knocks).toMatchObject([{ reason: KnockReason.UNKNOWN_KEY }]);
  });

  test("TURN4: a key exchange without a handshake ends, with words", async () => {
    const hub = await testHub({ "request-timeout": "500ms", "first-bytes-timeout": "200ms" });
    const own = {
      identity: generateEd25519Identity(),
      instanceId: "machine",
      pairingSecret: "",
      capabilities: [],
    };
    const opening = await CurrentPeerOpening.begin(own, undefined);
    const stream = openSyncStream(hub.url);
    stream.send(opening.first);
    await stream.next("establishSharedSecret");
    expect(await stream.ended).toMatchObject({ code: Code.DeadlineExceeded });
    await expect(newPeer(hub).connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  test("CUR14: a second handshake ends its own session and nothing else", async () => {
    const hub = await testHub();
    const bystander = await addedPeer(hub, { instanceId: "bystander" });
    const peer = await addedPeer(hub);
    await bystander.connect();
    const session = await peer.connect();
    await session.sendItem({ action: { case: "handshake", value: {} } });
    expect(await session.ended).toMatchObject({ cause: "host", code: Code.InvalidArgument });
    expect(bystander.state.name).toBe("open");
  });

  test("MAN1: the first sync brings everything, and live changes follow", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    for (let n = 0; n < 2_000; n++) peer.history.add(backup(`plan-${n % 7}`));
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

  test("MAN2: a long history needs more answers than a peer may send unasked", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub, { sendQueue: { items: 256, patienceMs: 10_000 } });
    for (let n = 0; n < 20_000; n++) peer.history.add(backup());
    await peer.connect();
    await eventually(async () => {
      expect((await callHub(hub).peers.listPeers({})).peers).toMatchObject([{ operationCount: 20_000n }]);
    }, 15_000);
    await eventually(async () =>
      expect(await callHub(hub).stateOf(peer.identity.keyid)).toMatchObject({ statusMessage: "connected" }),
    );
  });

  test("MAN1: what changed and was deleted while it was away shows at its next connection", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const ids = Array.from({ length: 300 }, () => peer.history.add(backup()).id);
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    peer.history.delete(ids[5] ?? 0n, ids[299] ?? 0n);
    peer.history.finish(ids[7] ?? 0n);
    peer.history.add(prune());
    await peer.connect();
    await expectEqual(hub, peer);
    const asked = peer.received.flatMap(({ action }) =>
      action.case === "requestOperationData" ? action.value.opIds.length : [],
    );
    // The second time only what differs, and the newest.
    expect(asked.slice(2)).toEqual([64]);
  });

  test("MAN10: numbers that are given out again after a restart are noticed", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    for (let n = 0; n < 10; n++) peer.history.add(backup());
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    peer.history.delete(10n);
    peer.restart();
    expect(peer.history.add(prune("other")).id).toBe(10n);
    await peer.connect();
    await expectEqual(hub, peer);
  });

  test("SES9: both sides come back after a restart of the hub", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    peer.history.add(backup());
    const session = await peer.connect();
    await expectEqual(hub, peer);
    const restarted = await hub.restart();
    open.splice(open.indexOf(hub), 1, restarted);
    expect(await session.ended).toMatchObject({ code: Code.Unavailable });
    peer.history.add(prune());
    await peer.connect({ newConnection: true });
    await expectEqual(restarted, peer);
  });

  test("CUR19: a machine that comes back with a new key waits, and has its history when it is approved", async () => {
    const hub = await testHub();
    const history = new History({ instanceId: "machine" });
    for (let n = 0; n < 20; n++) history.add(backup());
    const old = new SeedPeer({ instanceId: "machine", url: hub.url, history });
    open.push({ close: async () => old.kill() });
    const { peers } = callHub(hub);
    await peers.addPeer({ instanceId: "machine", keyid: old.identity.keyid });
    await old.connect();
    await eventually(async () => expect((await callHub(hub).operationsOf(old.identity.keyid)).size).toBe(20));
    const upgraded = newPeer(hub, { history });
    await expect(upgraded.connect()).rejects.toMatchObject({
      rawMessage: expect.stringContaining(`peers approve ${upgraded.identity.keyid}`),
    });
    expect((await peers.listPeers({})).knocks).toMatchObject([{ reason: KnockReason.INSTANCE_TAKEN }]);
    await peers.approvePeer({ keyid: upgraded.identity.keyid });
    expect(await old.session?.ended).toMatchObject({ code: Code.PermissionDenied });
    history.add(prune());
    await upgraded.connect();
    await expectEqual(hub, upgraded);
    const { backrest } = callHub(hub);
    expect((await backrest.getOperations({ selector: {} })).operations).toHaveLength(21);
    expect((await peers.listPeers({})).peers).toHaveLength(1);
  });

  test("CUR19: a token that was made for it replaces its key at once", async () => {
    const hub = await testHub();
    const old = await addedPeer(hub);
    old.history.add(backup());
    await old.connect();
    await expectEqual(hub, old);
    const renewed = newPeer(hub, { history: old.history, pairingSecret: await secretOf(hub, "machine") });
    await renewed.connect();
    await expectEqual(hub, renewed);
    expect((await callHub(hub).backrest.getOperations({ selector: {} })).operations).toHaveLength(1);
    await expect(old.connect({ newConnection: true })).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  test("MAN4: one that never answers is asked once more and then let go", async () => {
    const hub = await testHub({ "fence-timeout": "1s" });
    const peer = await addedPeer(hub, {
      onItem: ({ action }) => (action.case === "requestOperationData" ? new Promise<void>(() => {}) : undefined),
    });
    peer.history.add(backup());
    await peer.connect();
    await expectState(hub, peer, ConnectionState.DISCONNECTED);
    expect((await callHub(hub).stateOf(peer.identity.keyid))?.statusMessage).toContain("in the middle of sending");
  });
});

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

async function secretOf(hub: TestHub, forInstance?: string): Promise<string> {
  const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
  const { secret } = await pairing.createPairingToken({
    label: "test",
    ...(forInstance === undefined ? {} : { forInstance }),
  });
  return secret;
}

function newPeer(hub: TestHub, options: Partial<CurrentPeerOptions> = {}): CurrentPeer {
  const { ed25519, instanceId } = hub.directory.identity;
  const knownHost = { keyid: ed25519.keyid, instanceId };
  const peer = new CurrentPeer({ instanceId: "machine", url: hub.url, knownHost, ...options });
  open.push({ close: async () => peer.kill() });
  return peer;
}

async function addedPeer(hub: TestHub, options: Partial<CurrentPeerOptions> = {}): Promise<CurrentPeer> {
  const peer = newPeer(hub, options);
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  return peer;
}

/** The hub shows exactly the peer's history. */
async function expectEqual(hub: TestHub, peer: CurrentPeer): Promise<void> {
  await eventually(async () => {
    const shown = await callHub(hub).operationsOf(peer.identity.keyid);
    const facts = [...shown.values()].map((each) => [each.originalId, each.status, each.planId, each.op.case]);
    const own = peer.history.all().map((each) => [each.id, each.status, each.planId, each.op.case]);
    expect(new Set(facts.map(String))).toEqual(new Set(own.map(String)));
  });
}

async function expectState(hub: TestHub, peer: CurrentPeer, state: ConnectionState): Promise<void> {
  await eventually(async () => expect((await callHub(hub).stateOf(peer.identity.keyid))?.state).toBe(state));
}
