import { Code, createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { CurrentPeer, type CurrentPeerOptions } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { generateEd25519Identity } from "../../src/dialect/identity.js";
import { RandomChanges } from "../support/histories/changes.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { Random } from "../support/random.js";
import { backup, hook, prune, SUCCESS } from "../support/sample-operations.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

// One test for each of upstream's own, under its name: what it proves, proven of the hub over a real connection.
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe.each(["seed", "current"] as const)("upstream's tests of sync, %s", (generation) => {
  test("HS5: TestConnectionSucceeds: a known key with its instance id is connected", async () => {
    const { hub, peer } = await known(generation);
    await peer.connect();
    await eventually(async () =>
      expect(await callHub(hub).stateOf(peer.identity.keyid)).toMatchObject({ state: ConnectionState.CONNECTED }),
    );
  });

  test("HS6: TestConnectionBadKeyRejected: an unknown key is refused, and nothing of it is stored", async () => {
    const { hub, peer } = await known(generation);
    const stranger = newPeer(hub, generation, { instanceId: "stranger" });
    stranger.history.add(backup());
    await expect(stranger.connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(stranger.received).toEqual([]);
    const { peers } = await callHub(hub).peers.listPeers({});
    expect(peers.map(({ keyid }) => keyid)).toEqual([peer.identity.keyid]);
    expect((await callHub(hub).backrest.getOperations({ selector: {} })).operations).toEqual([]);
  });

  test("SYNC1: TestSimpleOperationSync: hub ids go on where they were, flows and origins are kept, others are untouched", async () => {
    const { hub, peer: first } = await known(generation);
    first.history.add(backup());
    await first.connect();
    await eventually(async () => expect(await shown(hub)).toHaveLength(1));
    const before = await shown(hub);

    const { peer } = await known(generation, { instanceId: "second" }, hub);
    const { id: flowId } = peer.history.add(backup());
    peer.history.add({ ...hook(flowId), flowId });
    peer.history.add(prune());
    await peer.connect();
    await eventually(async () => expect(await shown(hub)).toHaveLength(4));
    const operations = await shown(hub);
    expect(operations.slice(0, 1)).toEqual(before);
    const [highest] = before.map(({ id }) => id);
    const mine = operations.slice(1);
    expect(mine.map(({ id }) => id - (highest ?? 0n))).toEqual([1n, 2n, 3n]);
    expect(mine.map(({ originalId, originalFlowId }) => [originalId, originalFlowId])).toEqual([
      [1n, 1n],
      [2n, 1n],
      [3n, 3n],
    ]);
    expect(mine[0]?.flowId).toBe(mine[1]?.flowId);
    expect(mine[2]?.flowId).not.toBe(mine[0]?.flowId);
    expect(new Set(mine.map(({ originalInstanceKeyid }) => originalInstanceKeyid))).toEqual(
      new Set([peer.identity.keyid]),
    );
  });

  test("SYNC1: TestSyncMutations: changes live, over a restart of the hub and while away stay on the same row", async () => {
    const { hub, peer } = await known(generation);
    const { id } = peer.history.start(backup());
    const session = await peer.connect();
    const [row] = await eventually(async () => expectStatus(hub, OperationStatus.STATUS_INPROGRESS));
    peer.history.update(id, { status: OperationStatus.STATUS_WARNING });
    await eventually(() => expectStatus(hub, OperationStatus.STATUS_WARNING));

    const restarted = await hub.restart();
    open.splice(open.indexOf(hub), 1, restarted);
    await session.ended;
    expect(await expectStatus(restarted, OperationStatus.STATUS_WARNING)).toMatchObject([{ id: row?.id }]);
    peer.history.finish(id, SUCCESS);
    await peer.connect({ newConnection: true });
    const after = await eventually(() => expectStatus(restarted, OperationStatus.STATUS_SUCCESS));
    expect(after.map((operation) => operation.id)).toEqual([row?.id]);
  });

  test("SYNC1: TestFuzzOperationSync: ten times twenty changes, connected anew every third time", async () => {
    const { hub, peer } = await known(generation);
    const changes = new RandomChanges(new Random(20_261_125));
    await peer.connect();
    for (let round = 0; round < 10; round++) {
      await changes.make(peer.history, 20, { transforms: false });
      if (round % 3 === 2) {
        peer.kill();
        await peer.connect();
      }
      await expectEqual(hub, peer);
    }
  });

  test("SYNC1: TestFuzzOperationSyncOfflineMutations: forty changes while away, deletions among them", async () => {
    const { hub, peer } = await known(generation);
    const changes = new RandomChanges(new Random(20_261_126));
    await changes.make(peer.history, 20);
    await peer.connect();
    await expectEqual(hub, peer);
    peer.kill();
    await changes.make(peer.history, 40);
    await peer.connect();
    await expectEqual(hub, peer);
  });

  test("CUR13: handshake AuthorizationByKeyID: the instance id and the key must both be the peer's", async () => {
    const { hub, peer } = await known(generation);
    for (const pretender of [newPeer(hub, generation, { instanceId: peer.instanceId }), renamed(hub, peer)]) {
      await expect(pretender.connect()).rejects.toMatchObject({ code: Code.PermissionDenied });
    }
    await peer.connect();
  });
});

describe("upstream's tests of pairing", () => {
  test("PAIR3: TestPairingTokenFlow: an unknown machine with a token is added, and the token is used up", async () => {
    const hub = await testHub();
    const secret = await secretOf(hub, {});
    const peer = newPeer(hub, "current", { pairingSecret: secret });
    await peer.connect();
    expect((await callHub(hub).peers.listPeers({})).peers).toMatchObject([
      { instanceId: "machine", keyid: peer.identity.keyid },
    ]);
    await expectRefused(hub, secret, "had all of its uses");
  });

  test("PAIR4: TestPairingTokenExpiredRejected: nobody is added", async () => {
    const hub = await testHub();
    const secret = await secretOf(hub, { ttl: { nanos: 1_000_000 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expectRefused(hub, secret, "has expired");
  });

  test("PAIR4: TestPairingTokenMaxUsesEnforced: the second machine with a used token is refused", async () => {
    const hub = await testHub();
    const secret = await secretOf(hub, { maxUses: 1 });
    await newPeer(hub, "current", { pairingSecret: secret }).connect();
    await expectRefused(hub, secret, "had all of its uses");
  });

  test("PAIR5: TestNoPairingSecretRejected: an unknown machine without a secret is refused", async () => {
    const hub = await testHub();
    await secretOf(hub, {});
    await expectRefused(hub, "", "does not know");
  });
});

describe("upstream's tests of peer states", () => {
  test("STATE10: peerstate GetSet: all that a peer shows survives a restart, its heartbeat to the millisecond", async () => {
    const { hub, peer } = await known("current", {
      resources: { repos: [{ id: "repo", guid: "a".repeat(64) }], plans: [{ id: "plan" }] },
    });
    await peer.connect();
    await peer.sendItem({ action: { case: "heartbeat", value: {} } });
    const before = await eventually(async () => {
      const state = await callHub(hub).stateOf(peer.identity.keyid);
      expect(state?.knownRepos).toHaveLength(1);
      expect(state?.lastHeartbeatMillis).toBeGreaterThan(0n);
      return state;
    });
    const restarted = await hub.restart();
    open.splice(open.indexOf(hub), 1, restarted);
    const after = await callHub(restarted).stateOf(peer.identity.keyid);
    const { state: _connected, statusMessage: _words, ...shownBefore } = before ?? {};
    expect(after).toMatchObject(shownBefore);
    expect(after).toMatchObject({ state: ConnectionState.DISCONNECTED });
  });

  test("STATE10: peerstate GetMissing: a key that nobody has shows nothing", async () => {
    const { hub } = await known("current");
    expect(await callHub(hub).stateOf(generateEd25519Identity().keyid)).toBeUndefined();
  });

  test("STATE1: peerstate OnStateChanged: who follows the states is told of a change", async () => {
    const { hub, peer } = await known("current");
    const stop = new AbortController();
    const { states } = callHub(hub);
    const told: ConnectionState[] = [];
    const reading = (async () => {
      for await (const each of states.getPeerSyncStatesStream({ subscribe: true }, { signal: stop.signal })) {
        if (each.peerKeyid === peer.identity.keyid) told.push(each.state);
      }
    })().catch(() => {});
    await eventually(() => expect(told.at(-1)).toBe(ConnectionState.DISCONNECTED));
    await peer.connect();
    await eventually(() => expect(told.at(-1)).toBe(ConnectionState.CONNECTED));
    stop.abort();
    await reading;
  });
});

type AnyPeer = SeedPeer | CurrentPeer;
type Options = Partial<Pick<CurrentPeerOptions, "instanceId" | "pairingSecret" | "resources">>;

async function testHub(): Promise<TestHub> {
  const hub = await startTestHub();
  open.push(hub);
  return hub;
}

function newPeer(hub: TestHub, generation: "seed" | "current", options: Options = {}): AnyPeer {
  const all = { instanceId: "machine", url: hub.url, ...options };
  const peer = generation === "seed" ? new SeedPeer(all) : new CurrentPeer(all);
  open.push({ close: async () => peer.kill() });
  return peer;
}

/** The same key under another name. */
function renamed(hub: TestHub, peer: AnyPeer): AnyPeer {
  const options = { instanceId: "another", url: hub.url };
  const pretender =
    peer instanceof SeedPeer
      ? new SeedPeer({ ...options, identity: peer.identity })
      : new CurrentPeer({ ...options, identity: peer.identity });
  open.push({ close: async () => pretender.kill() });
  return pretender;
}

async function known(
  generation: "seed" | "current",
  options: Options = {},
  at?: TestHub,
): Promise<{ hub: TestHub; peer: AnyPeer }> {
  const hub = at ?? (await testHub());
  const peer = newPeer(hub, generation, options);
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  return { hub, peer };
}

async function secretOf(hub: TestHub, terms: { ttl?: { nanos: number }; maxUses?: number }): Promise<string> {
  const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
  return (await pairing.createPairingToken({ label: "test", ...terms })).secret;
}

async function expectRefused(hub: TestHub, pairingSecret: string, words: string): Promise<void> {
  const before = (await callHub(hub).peers.listPeers({})).peers.length;
  const late = newPeer(hub, "current", { instanceId: "late", pairingSecret });
  await expect(late.connect()).rejects.toMatchObject({
    code: Code.PermissionDenied,
    rawMessage: expect.stringContaining(words),
  });
  expect((await callHub(hub).peers.listPeers({})).peers).toHaveLength(before);
}

/** By the hub's ids. */
async function shown(hub: TestHub): Promise<Operation[]> {
  return (await callHub(hub).backrest.getOperations({ selector: {} })).operations;
}

async function expectStatus(hub: TestHub, status: OperationStatus): Promise<Operation[]> {
  const operations = await shown(hub);
  expect(operations.map((operation) => operation.status)).toEqual([status]);
  return operations;
}

async function expectEqual(hub: TestHub, peer: AnyPeer): Promise<void> {
  await eventually(async () => {
    const facts = ({ status, planId, op, displayMessage }: Operation) => [status, planId, op.case, displayMessage];
    const there = [...(await callHub(hub).operationsOf(peer.identity.keyid))].map(([id, each]) => [id, facts(each)]);
    const own = peer.history.all().map((each) => [each.id, facts(each)]);
    expect(new Map(there as [bigint, unknown][])).toEqual(new Map(own as [bigint, unknown][]));
  });
}
