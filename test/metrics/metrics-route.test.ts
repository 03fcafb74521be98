import { afterEach, describe, expect, test } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import { type Doing, machineOf } from "../support/health-fleet.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup } from "../support/sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";
import { samplesOf } from "./samples.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("/metrics", () => {
  test("MET6: wants a login, from this machine too", async () => {
    const hub = await testHub();
    for (const [authorization, status] of [
      [undefined, 401],
      ["Bearer wrong", 401],
      [`Basic ${btoa("prometheus:wrong")}`, 401],
      ["Basic !!!", 401],
      [`Bearer ${hub.token}`, 200],
    ] as const) {
      const answer = await get(hub, authorization);
      const text = await answer.text();
      expect([authorization, answer.status]).toEqual([authorization, status]);
      expect(answer.headers.has("www-authenticate")).toBe(status === 401);
      if (status === 200) expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
      else expect(text).not.toContain(hub.token);
    }
  });

  test("MET6: --metrics-open shows it to everybody", async () => {
    expect((await get(await testHub({ "metrics-open": true }))).status).toBe(200);
  });

  test("MET6: is read and not written to, and its head has no body", async () => {
    const hub = await testHub();
    const headers = { authorization: `Bearer ${hub.token}` };
    expect((await fetch(`${hub.url}/metrics`, { method: "POST", headers })).status).toBe(405);
    const head = await fetch(`${hub.url}/metrics`, { method: "HEAD", headers });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("MET4: tells what happened: a machine that syncs, and one that was refused, which gets no series", async () => {
    const hub = await testHub();
    const stranger = new SeedPeer({ url: hub.url, instanceId: "stranger" });
    open.push(stranger);
    await expect(stranger.connect()).rejects.toThrow();
    const peer = new SeedPeer({ url: hub.url, instanceId: "tower" });
    open.push(peer);
    await callHub(hub).peers.addPeer({ instanceId: "tower", keyid: peer.identity.keyid });
    for (let n = 0; n < 10; n++) peer.history.add(backup());
    await peer.connect();
    await eventually(async () => {
      const samples = await scrape(hub);
      expect(samples.get('backrest_hub_ingest_operations_total{outcome="created"}')).toBe(10);
      expect(samples.get('backrest_hub_store_operations{state="live"}')).toBe(10);
      expect(samples.get('backrest_instance_connected{instance="tower"}')).toBe(1);
      expect(samples.get("backrest_hub_peers_connected")).toBe(1);
      expect(samples.get("backrest_hub_peers")).toBe(1);
      expect(samples.get('backrest_hub_refused_total{cause="unknown-key"}')).toBe(1);
      expect(samples.get("backrest_hub_ready")).toBe(1);
      expect(samples.get('backrest_hub_store_file_bytes{file="database"}')).toBeGreaterThan(4_096);
      expect([...samples.keys()].join()).not.toContain("stranger");
    });
  });

  test("MET4, HV37: counts who needs attention as the fleet does, without those whose rhythm is being learned", async () => {
    const hub = await testHub();
    const doings: Record<string, Doing> = {
      overdue: { lastSuccessHours: 100 },
      new: { lastSuccessHours: 5, backups: 2 },
    };
    for (const [name, doing] of Object.entries(doings)) {
      const peer = machineOf(name, hub.url, doing);
      open.push(peer);
      await callHub(hub).peers.addPeer({ instanceId: name, keyid: peer.identity.keyid });
      await peer.connect();
    }
    await eventually(async () => {
      const samples = await scrape(hub);
      expect(samples.get('backrest_plan_verdict{instance="overdue",plan="home",repo="repo",verdict="overdue"}')).toBe(
        1,
      );
      expect(samples.get('backrest_plan_verdict{instance="new",plan="home",repo="repo",verdict="unknown"}')).toBe(1);
      expect(samples.get("backrest_hub_machines_need_attention")).toBe(1);
    });
  });
});

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

function get(hub: TestHub, authorization?: string): Promise<Response> {
  return fetch(`${hub.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
}

async function scrape(hub: TestHub): Promise<ReadonlyMap<string, number>> {
  return samplesOf(await (await get(hub, `Bearer ${hub.token}`)).text());
}
