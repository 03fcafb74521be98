import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { RefusalCause } from "../../gen/hub/v1/connections_pb.js";
import { DayResult, FleetService, type InstanceHealth, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { machineOf, SEVEN } from "../support/health-fleet.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { backup, ERROR, SUCCESS } from "../support/sample-operations.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
let peers: { kill(): void }[] = [];
let stop = new AbortController();
beforeEach(async () => {
  hub = await startTestHub();
  stop = new AbortController();
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.kill();
  stop.abort();
  await hub.close();
});

const client = () => createClient(FleetService, tokenTransport(hub.url, hub.token));
const MIB = 1n << 20n;

interface Seen {
  readonly atMs: number;
  readonly machine: InstanceHealth;
}

/** Follows one machine; resolves when the fleet is there. */
async function follow(instanceId: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  let began = false;
  const run = async () => {
    for await (const { instances } of client().watchFleet({}, { signal: stop.signal })) {
      began = true;
      for (const one of instances)
        if (one.instanceId === instanceId) seen.push({ atMs: performance.now(), machine: one });
    }
  };
  run().catch(() => {});
  await eventually(() => expect(began).toBe(true));
  return seen;
}

async function added<P extends SeedPeer | CurrentPeer>(peer: P): Promise<P> {
  peers.push(peer);
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  return peer;
}

async function machine(instanceId: string): Promise<InstanceHealth> {
  const { instances } = await client().getFleet({ instanceIds: [instanceId] });
  const [one] = instances;
  if (one === undefined) throw new Error("no such machine");
  return one;
}

function progress(percentDone: number) {
  const value = {
    percentDone,
    totalFiles: 200n,
    totalBytes: 1_000n * MIB,
    filesDone: BigInt(Math.floor(200 * percentDone)),
    bytesDone: BigInt(Math.floor(1_000 * percentDone)) * MIB,
  };
  const lastStatus = { entry: { case: "status" as const, value } };
  return { op: { case: "operationBackup" as const, value: { lastStatus } } };
}

describe("a fleet that lives", () => {
  test("HV60: how far a backup is, and what its end makes of the verdict, reach a watcher within a second", async () => {
    const peer = await added(machineOf("web-1", hub.url, SEVEN["overdue"] ?? { schedule: "daily" }));
    await peer.connect();
    await eventually(async () => expect((await machine("web-1")).verdict).toBe(Verdict.OVERDUE));
    const seen = await follow("web-1");
    const { id } = peer.history.start(backup("home"));
    for (const part of [0.25, 0.5, 0.75]) {
      const began = performance.now();
      peer.history.update(id, progress(part));
      await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.running?.fractionDone).toBe(part));
      expect((seen.at(-1)?.atMs ?? Number.NaN) - began).toBeLessThan(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
    expect(seen.at(-1)?.machine.plans[0]).toMatchObject({
      runningSince: expect.anything(),
      running: { bytesDone: 750n * MIB, totalBytes: 1_000n * MIB, filesDone: 150n, totalFiles: 200n },
    });
    // Who asks anew, and the hub after a restart of the machine's session, knows it, too.
    expect((await machine("web-1")).plans[0]?.running?.fractionDone).toBe(0.75);
    const began = performance.now();
    peer.history.finish(id, SUCCESS);
    await eventually(() => expect(seen.at(-1)?.machine).toMatchObject({ verdict: Verdict.OK }));
    expect((seen.at(-1)?.atMs ?? Number.NaN) - began).toBeLessThan(1_000);
    expect(seen.at(-1)?.machine.plans[0]?.running).toBeUndefined();
  }, 30_000);

  test("HV61: of a machine whose backup tells more often, a watcher hears at most once a second, and the last of it", async () => {
    const peer = await added(machineOf("web-1", hub.url, SEVEN["ok"] ?? { schedule: "daily" }));
    await peer.connect();
    const { id } = peer.history.start(backup("home"));
    const seen = await follow("web-1");
    await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.runningSince).toBeDefined());
    const from = seen.length;
    for (let n = 1; n <= 60; n++) {
      peer.history.update(id, progress(n / 100));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.running?.fractionDone).toBe(0.6));
    const times = seen.slice(from).map(({ atMs }) => atMs);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(times.length).toBeLessThanOrEqual(5);
  }, 30_000);

  test("HV62: presence says since when, and a session in place of another begins it anew", async () => {
    const peer = await added(new SeedPeer({ instanceId: "web-1", url: hub.url }));
    expect((await machine("web-1")).presenceSince).toBeUndefined();
    const before = Date.now();
    await peer.connect();
    const first = await machine("web-1");
    expect(timestampMs(first.presenceSince ?? timestampFromMs(0))).toBeGreaterThanOrEqual(before);
    const again = new SeedPeer({ instanceId: "web-1", url: hub.url, identity: peer.identity });
    peers.push(again);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await again.connect();
    const second = await machine("web-1");
    expect(second).toMatchObject({ connected: true });
    expect(second.presenceSince).not.toEqual(first.presenceSince);
    again.kill();
    await eventually(async () => expect((await machine("web-1")).connected).toBe(false));
    const left = (await machine("web-1")).presenceSince;
    hub = await hub.restart();
    const kept = (await machine("web-1")).presenceSince ?? timestampFromMs(0);
    expect(Math.abs(timestampMs(kept) - timestampMs(left ?? timestampFromMs(0)))).toBeLessThan(1_000);
  }, 30_000);

  test("HV67: after a restart the hub says who had a session when it stopped and has yet to come back", async () => {
    const there = await added(machineOf("there", hub.url, { lastSuccessHours: 100, schedule: "daily" }));
    const left = await added(new SeedPeer({ instanceId: "left", url: hub.url }));
    await Promise.all([there.connect(), left.connect()]);
    left.kill();
    await eventually(async () => {
      expect((await machine("left")).connected).toBe(false);
      expect((await machine("there")).verdict).toBe(Verdict.OVERDUE);
    });
    expect(await machine("there")).not.toHaveProperty("comingBackUntil", expect.anything());
    // Also when it is started twice in a row.
    const beforeMs = Date.now();
    hub = await (await hub.restart()).restart();
    const back = await machine("there");
    expect(back).toMatchObject({
      connected: false,
      reason: expect.stringMatching(/yet to come back since the hub started\.$/),
      nextStep: expect.stringMatching(/come back by itself\.$/),
    });
    const untilMs = back.comingBackUntil === undefined ? 0 : timestampMs(back.comingBackUntil);
    expect(untilMs).toBeGreaterThanOrEqual(beforeMs + 6 * 60_000);
    expect(untilMs).toBeLessThanOrEqual(Date.now() + 6 * 60_000);
    expect((await machine("left")).comingBackUntil).toBeUndefined();
    const { summary } = await client().getFleet({});
    expect(summary?.comingBack).toMatchObject({ machines: 1, until: back.comingBackUntil });
    const seen = await follow("there");
    await there.connect({ newConnection: true });
    await eventually(() => expect(seen.at(-1)?.machine).toMatchObject({ connected: true }));
    expect(seen.at(-1)?.machine.comingBackUntil).toBeUndefined();
    expect((await client().getFleet({})).summary?.comingBack).toBeUndefined();
  }, 30_000);

  test("HV38: a verdict stands still while a machine carries out what it has planned, and plans the next", async () => {
    const peer = await added(machineOf("web-1", hub.url, { lastSuccessHours: 24, backups: 2 }));
    const plan = () => peer.history.add(backup("home", { unixTimeStartMs: BigInt(Date.now() + 3_600_000) }));
    const planned = plan();
    await peer.connect();
    await eventually(async () => expect((await machine("web-1")).verdict).toBe(Verdict.OK));
    const seen = await follow("web-1");
    const pause = () => new Promise((resolve) => setTimeout(resolve, 700));
    peer.history.update(planned.id, { status: OperationStatus.STATUS_INPROGRESS, unixTimeStartMs: BigInt(Date.now()) });
    await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.runningSince).toBeDefined());
    await pause();
    peer.history.finish(planned.id);
    await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.runningSince).toBeUndefined());
    await pause();
    plan();
    await eventually(() => expect(seen.at(-1)?.machine.plans[0]?.expectation).toBeDefined());
    expect(new Set(seen.map(({ machine: one }) => one.verdict))).toEqual(new Set([Verdict.OK]));
    expect(seen.some(({ machine: one }) => one.reason.endsWith("; the next is being planned."))).toBe(true);
  }, 30_000);

  test("HV63: a history that comes in is counted, of how many where the machine told, and is over with its end", async () => {
    const peer = await added(
      new CurrentPeer({ instanceId: "web-1", url: hub.url, sendQueue: { items: 10_000, patienceMs: 10_000 } }),
    );
    for (let n = 0; n < 8_000; n++) peer.history.add(backup());
    const seen = await follow("web-1");
    await peer.connect();
    await eventually(() => expect(seen.at(-1)?.machine.plans).toHaveLength(1), 20_000);
    await eventually(() => expect(seen.at(-1)?.machine.catchUp).toBeUndefined(), 20_000);
    const first = seen.flatMap(({ machine: { catchUp } }) => catchUp ?? []);
    expect(first.length).toBeGreaterThan(0);
    expect(first.every((one) => one.first)).toBe(true);
    expect(first.map(({ expected }) => expected)).toContain(8_000n);
    const received = first.map((one) => one.received);
    expect(received).toEqual(received.toSorted((a, b) => Number(a - b)));
    const ends = seen.length;
    peer.kill();
    // Told of a moment ago, it would be over before it is told of again.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (let n = 0; n < 8_000; n++) peer.history.add(backup());
    await peer.connect();
    await eventually(() => {
      expect(seen.slice(ends).flatMap(({ machine: { catchUp } }) => catchUp ?? [])).toContainEqual(
        expect.objectContaining({ first: false, expected: 8_000n }),
      );
      expect(seen.at(-1)?.machine.catchUp).toBeUndefined();
    }, 20_000);
  }, 60_000);

  test("HV64: a machine that is refused says so with its cause and cure, until it is let in", async () => {
    let offMs = 3_600_000;
    const peer = await added(new SeedPeer({ instanceId: "web-1", url: hub.url, now: () => Date.now() + offMs }));
    expect((await machine("web-1")).reason).toContain("has not connected yet");
    await expect(peer.connect()).rejects.toThrow();
    const refused = await eventually(async () => {
      const one = await machine("web-1");
      expect(one.refused?.cause).toBe(RefusalCause.CLOCK);
      return one;
    });
    expect(refused).toMatchObject({
      verdict: Verdict.UNKNOWN,
      reason: refused.refused?.sentence,
      nextStep: refused.refused?.cure,
      refused: { count: 1n, refusedId: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    hub = await hub.restart();
    expect((await machine("web-1")).refused?.cause).toBe(RefusalCause.CLOCK);
    offMs = 0;
    await peer.connect();
    expect((await machine("web-1")).refused).toBeUndefined();
    peer.kill();
    await eventually(async () => expect((await machine("web-1")).connected).toBe(false));
    // What was before its last session is over.
    expect((await machine("web-1")).refused).toBeUndefined();
  }, 30_000);

  test("HV64: a stranger that takes a machine's name does not make it look refused", async () => {
    const peer = await added(new SeedPeer({ instanceId: "web-1", url: hub.url }));
    const stranger = new SeedPeer({ instanceId: "web-1", url: hub.url });
    await expect(stranger.connect()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await machine("web-1")).refused).toBeUndefined();
    await peer.connect();
    await expect(stranger.connect()).rejects.toThrow();
    peer.kill();
    await eventually(async () => expect((await machine("web-1")).connected).toBe(false));
    expect((await machine("web-1")).refused).toBeUndefined();
  }, 30_000);

  test("HV44: a page that draws strips gets results and nothing else", async () => {
    const peer = await added(machineOf("web-1", hub.url, SEVEN["failing"] ?? { schedule: "daily" }));
    await peer.connect();
    await eventually(async () => expect((await machine("web-1")).verdict).toBe(Verdict.FAILING));
    const all = (await client().getHistory({})).plans;
    const { plans } = await client().getHistory({ resultsOnly: true });
    expect(plans.map(({ results }) => results)).toEqual(all.map(({ results }) => results));
    expect(plans[0]?.results).toHaveLength(90);
    expect(plans).toMatchObject([{ backups: [], failed: [], bytesAdded: [], durationMs: [] }]);
  }, 30_000);

  test("HV66: a backup that ended well says what it added to its repo, one that failed says nothing of it", async () => {
    const peer = await added(machineOf("web-1", hub.url, { lastSuccessHours: 5, schedule: "daily" }));
    await peer.connect();
    const end = BigInt(Date.now());
    const value = { lastStatus: { entry: { case: "summary", value: { dataAdded: 5n * MIB } } } } as const;
    peer.history.add({
      ...backup("home"),
      status: SUCCESS,
      unixTimeEndMs: end,
      op: { case: "operationBackup", value },
    });
    await eventually(async () => {
      const [plan] = (await machine("web-1")).plans;
      expect(plan?.lastSuccess?.bytesAdded).toBe(5n * MIB);
      expect(plan?.lastRun?.bytesAdded).toBe(5n * MIB);
    });
    peer.history.add({ ...backup("home"), status: ERROR, unixTimeEndMs: end });
    await eventually(async () => {
      const [plan] = (await machine("web-1")).plans;
      expect(plan?.lastRun?.result).toBe(DayResult.FAILED);
      expect(plan?.lastRun?.bytesAdded).toBeUndefined();
    });
  });
});
