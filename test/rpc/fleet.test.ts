import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DayResult, FleetService, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { SeedPeer } from "../../src/client/peer.js";
import { machineOf, SEVEN } from "../support/health-fleet.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { backup, SUCCESS } from "../support/sample-operations.js";
import { Practice } from "../support/practice.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const DAY_MS = 86_400_000;

let hub: TestHub;
let peers: SeedPeer[] = [];
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.kill();
  await hub.close();
});

const client = () => createClient(FleetService, tokenTransport(hub.url, hub.token));

async function join(names: readonly string[]): Promise<void> {
  peers = names.map((name) => machineOf(name, hub.url, SEVEN[name] ?? { schedule: "daily" }));
  for (const { instanceId, identity } of peers) {
    await callHub(hub).peers.addPeer({ instanceId, keyid: identity.keyid });
  }
  await Promise.all(peers.map((peer) => peer.connect()));
}

async function verdicts(): Promise<Record<string, string>> {
  const { instances } = await client().getFleet({});
  return Object.fromEntries(instances.map(({ instanceId, verdict }) => [instanceId, Verdict[verdict]]));
}

const EACH = {
  failing: "FAILING",
  late: "LATE",
  never: "NEVER",
  ok: "OK",
  overdue: "OVERDUE",
  paused: "PAUSED",
  unknown: "UNKNOWN",
};

describe("hub.v1.FleetService", () => {
  test("HV40: real machines get each of the seven verdicts, and keep them over a restart of the hub", async () => {
    await join(Object.keys(SEVEN));
    await eventually(async () => expect(await verdicts()).toEqual(EACH));
    const { summary, instances } = await client().getFleet({});
    expect(summary).toMatchObject({ headline: "4 machines need attention", machines: 7, verdict: Verdict.FAILING });
    expect(instances.find(({ instanceId }) => instanceId === "failing")).toMatchObject({
      needsAttention: true,
      connected: true,
      nextStep: expect.stringContaining("Unlock Repo"),
      plans: [{ planId: "home", failuresSince: 2, lastRun: { result: DayResult.FAILED } }],
    });
    peers.find(({ instanceId }) => instanceId === "overdue")?.kill();
    const overdue = async () => (await client().getFleet({ instanceIds: ["overdue"] })).instances[0];
    await eventually(async () => expect(await overdue()).toMatchObject({ connected: false }));
    hub = await hub.restart();
    expect(await verdicts()).toEqual(EACH);
    expect(await overdue()).toMatchObject({ connected: false, reason: expect.stringContaining("Offline since") });
  }, 30_000);

  test("HV36: of a machine that grants a single repo its plans are judged as they come, and not called all", async () => {
    const grants = [{ type: GrantType.PERMISSION_READ_OPERATIONS, scopes: ["repo:vault"] }];
    const one = new Practice(hub, "one-repo", { grants });
    one.backUp("dokumente", Date.now() - 120_000, 0);
    one.backUp("patienten", Date.now() - 120_000, 0);
    await one.enrol();
    try {
      await eventually(async () => {
        const { instances } = await client().getFleet({});
        expect(instances[0]?.plans.map(({ planId }) => planId).toSorted()).toEqual(["dokumente", "patienten"]);
        expect(instances[0]?.reason).toBe("The 2 plans that it sends are backed up.");
      });
    } finally {
      one.peer.kill();
    }
  });

  test("HV41: a watcher gets the whole fleet at once, then what changes, and who is removed", async () => {
    await join(["overdue", "ok"]);
    await eventually(async () => expect(await verdicts()).toEqual({ overdue: "OVERDUE", ok: "OK" }));
    const ended = new AbortController();
    const seen: Record<string, string> = {};
    const sizes: number[] = [];
    const following = (async () => {
      for await (const change of client().watchFleet({}, { signal: ended.signal })) {
        sizes.push(change.instances.length);
        for (const { instanceId, verdict } of change.instances) seen[instanceId] = Verdict[verdict];
        for (const instanceId of change.removed) seen[instanceId] = "removed";
      }
    })().catch(() => {});
    await eventually(() => expect(seen).toEqual({ overdue: "OVERDUE", ok: "OK" }));
    expect(sizes[0]).toBe(2);
    peers[0]?.history.add({
      ...backup("home"),
      status: SUCCESS,
      unixTimeStartMs: BigInt(Date.now() - 60_000),
      unixTimeEndMs: BigInt(Date.now()),
    });
    await eventually(() => expect(seen["overdue"]).toBe("OK"));
    await callHub(hub).peers.removePeer({ peer: { case: "instanceId", value: "ok" } });
    await eventually(() => expect(seen["ok"]).toBe("removed"));
    ended.abort();
    await following;
  }, 30_000);

  test("HV45: a watcher of a fleet in which nothing happens hears that the stream lives", async () => {
    await hub.close();
    hub = await startTestHub({ "heartbeat-interval": "1s" });
    const summaries: boolean[] = [];
    for await (const { summary } of client().watchFleet({})) {
      summaries.push(summary !== undefined);
      if (summaries.length === 3) break;
    }
    expect(summaries).toEqual([true, false, false]);
  }, 20_000);

  test("HV42: an operator says how a machine is judged, and it stays so", async () => {
    await join(["overdue"]);
    await eventually(async () => expect(await verdicts()).toEqual({ overdue: "OVERDUE" }));
    const laptop = await client().setInstanceHealth({ instanceId: "overdue", notAlwaysOn: true });
    expect(laptop.instance).toMatchObject({ verdict: Verdict.LATE, settings: { notAlwaysOn: true } });
    const snoozedUntil = timestampFromMs(Date.now() + DAY_MS);
    await client().setInstanceHealth({ instanceId: "overdue", grace: { seconds: 3_600n }, snoozedUntil });
    hub = await hub.restart();
    expect((await client().getFleet({})).instances).toMatchObject([
      { verdict: Verdict.OVERDUE, needsAttention: false, settings: { notAlwaysOn: true, snoozedUntil } },
    ]);
    const awake = await client().setInstanceHealth({ instanceId: "overdue", snoozedUntil: timestampFromMs(0) });
    expect(awake.instance).toMatchObject({ needsAttention: true });
  }, 30_000);

  test.each([
    ["not_found", { instanceId: "nobody", ignored: true }],
    ["invalid_argument", { instanceId: "" }],
    ["invalid_argument", { instanceId: "x", grace: { seconds: -1n } }],
    ["invalid_argument", { instanceId: "x", limit: { seconds: 10n ** 11n } }],
    ["invalid_argument", { instanceId: "x", snoozedUntil: timestampFromMs(5) }],
  ])("HV43: what cannot be set is refused with words (%s)", async (code, request) => {
    await expect(client().setInstanceHealth(request)).rejects.toThrow(new RegExp(`^\\[${code}\\] .{20,}`));
  });

  test("HV44: ninety days of each plan: what the last run left, what was missed, and what was before", async () => {
    await join(["failing", "overdue"]);
    await eventually(async () => expect(await verdicts()).toEqual({ failing: "FAILING", overdue: "OVERDUE" }));
    const { firstDay, plans } = await client().getHistory({});
    expect(Number(firstDay?.seconds ?? 0n) * 1000 + 89 * DAY_MS).toBe(Math.floor(Date.now() / DAY_MS) * DAY_MS);
    const [failing, overdue] = plans;
    expect(failing?.results).toHaveLength(90);
    expect(failing?.results.slice(-2)).toContain(DayResult.FAILED);
    expect(failing?.failed.reduce((a, b) => a + b, 0)).toBe(2);
    expect(failing?.backups.reduce((a, b) => a + b, 0)).toBe(12);
    expect(overdue?.results.filter((result) => result === DayResult.OK)).toHaveLength(10);
    expect(overdue?.results[0]).toBe(DayResult.BEFORE);
    expect(overdue?.results.slice(-3)).toContain(DayResult.MISSED);
    expect(overdue?.durationMs.reduce((a, b) => a + b, 0n)).toBe(600_000n);
    expect((await client().getHistory({ instanceIds: ["overdue"], days: 7 })).plans).toHaveLength(1);
    await expect(client().getHistory({ days: 367 })).rejects.toThrow(/invalid_argument/);
    await expect(client().getHistory({ instanceIds: ["nobody"] })).rejects.toThrow(/not_found/);
  }, 30_000);
});
