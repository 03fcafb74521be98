import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup, prune } from "../support/sample-operations.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const OPERATIONS = 100;
/** What the hub asks a current peer for at every connection (MAN10). */
const NEWEST = 64;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("a resync", () => {
  test("MAN10: of numbers given out again, modnos included, only the newest 64 are noticed at the next connection", async () => {
    const { hub, peer } = await reusedNumbers();
    await peer.connect();
    await expectPrunes(hub, peer, NEWEST);
  });

  test("MAN15: a connected peer is asked for everything at once, and the hub is equal to it", async () => {
    const { hub, peer } = await reusedNumbers();
    const session = await peer.connect();
    await expectPrunes(hub, peer, NEWEST);
    const { peers } = callHub(hub);
    expect(await peers.resyncPeer({ peer: { case: "instanceId", value: "machine" } })).toMatchObject({
      connected: true,
      peer: { instanceId: "machine" },
    });
    await expectPrunes(hub, peer, OPERATIONS);
    expect(session.state.name).toBe("open");
  });

  test("MAN15: one that is away is asked at its next connection, and only then", async () => {
    const { hub, peer } = await reusedNumbers();
    const { peers } = callHub(hub);
    const keyid = { case: "keyid", value: peer.identity.keyid } as const;
    expect(await peers.resyncPeer({ peer: keyid })).toMatchObject({ connected: false });
    await peer.connect();
    await expectPrunes(hub, peer, OPERATIONS);
    peer.kill();
    const before = askedIds(peer);
    await peer.connect();
    await eventually(() => expect(askedIds(peer) - before).toBe(NEWEST));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(askedIds(peer) - before).toBe(NEWEST);
  });

  test("MAN15: a seed peer is asked from the beginning", async () => {
    const hub = await testHub({ "full-pass-below": "0" });
    const peer = new SeedPeer({ instanceId: "machine", url: hub.url });
    open.push({ close: async () => peer.kill() });
    const { peers } = callHub(hub);
    await peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
    await peer.connect();
    const marks = () =>
      peer.received.flatMap(({ action }) => (action.case === "requestOperations" ? [action.value.highModno] : []));
    await eventually(() => expect(marks()).toEqual([0n]));
    await peers.resyncPeer({ peer: { case: "instanceId", value: "machine" } });
    await eventually(() => expect(marks()).toEqual([0n, 0n]));
  });

  test("MAN15: a peer that nobody knows cannot be asked, in words", async () => {
    const hub = await testHub();
    const { peers } = callHub(hub);
    await expect(peers.resyncPeer({ peer: { case: "instanceId", value: "nobody" } })).rejects.toMatchObject({
      code: Code.NotFound,
      rawMessage: expect.stringContaining("peers list"),
    });
    await expect(peers.resyncPeer({})).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});

async function testHub(flags: Parameters<typeof startTestHub>[0] = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

/** A peer that lost its whole history while it was away, and gave the same numbers to as many other operations. */
async function reusedNumbers(): Promise<{ hub: TestHub; peer: CurrentPeer }> {
  const hub = await testHub();
  const peer = new CurrentPeer({ instanceId: "machine", url: hub.url });
  open.push({ close: async () => peer.kill() });
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  for (let n = 0; n < OPERATIONS; n++) peer.history.add(backup());
  await peer.connect();
  await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(OPERATIONS));
  peer.kill();
  peer.history.delete(...peer.history.all().map(({ id }) => id));
  peer.restart();
  for (let n = 0; n < OPERATIONS; n++) peer.history.add(prune());
  return { hub, peer };
}

async function expectPrunes(hub: TestHub, peer: CurrentPeer, count: number): Promise<void> {
  await eventually(async () => {
    const shown = [...(await callHub(hub).operationsOf(peer.identity.keyid)).values()];
    expect(shown.map(({ op }) => op.case).filter((name) => name === "operationPrune")).toHaveLength(count);
    expect(shown).toHaveLength(OPERATIONS);
  });
}

function askedIds(peer: CurrentPeer): number {
  return peer.received
    .flatMap(({ action }) => (action.case === "requestOperationData" ? [action.value.opIds.length] : []))
    .reduce((sum, count) => sum + count, 0);
}
