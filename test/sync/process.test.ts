import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { type HubProcess, startHubProcess } from "../support/hub-process.js";
import { backup, SUCCESS } from "../support/sample-operations.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("the hub as a process", () => {
  test("SES9: SIGTERM with 200 sessions tells every peer why, and ends with 0 within 5 s", async () => {
    const hub = await hubProcess(["--max-connections-per-address", "4096"]);
    const peers = await Promise.all(Array.from({ length: 200 }, (_, n) => addedPeer(hub, `peer-${n}`)));
    const sessions = await Promise.all(peers.map((peer) => peer.connect()));
    expect((await callHub(hub).hub.getStatus({})).peersConnected).toBe(200);
    const began = Date.now();
    hub.kill("SIGTERM");
    const ends = await Promise.all(sessions.map((session) => session.ended));
    expect(new Set(ends.map(({ code, message }) => `${code} ${message}`))).toEqual(
      new Set([`${Code.Unavailable} the hub is stopping; connect again in a moment`]),
    );
    expect(await hub.ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
  }, 60_000);

  for (const killAfter of [1, 600, 2_500, 4_900]) {
    test(`SYNC2: killed after ${killAfter} of 5,000 operations of a first sync, the sets are equal after the reconnect`, async () => {
      let hub = await hubProcess();
      const peer = await addedPeer(hub, "machine");
      for (let n = 0; n < 5_000; n++) peer.history.add(backup(`plan-${n % 5}`, { status: SUCCESS }));
      await peer.connect();
      await eventually(async () => {
        expect(Number((await callHub(hub).hub.getStatus({})).operationCount)).toBeGreaterThanOrEqual(killAfter);
      });
      hub.kill("SIGKILL");
      await hub.ended;
      peer.kill();
      hub = await hub.again();
      open.push({ close: () => hub.dispose() });
      await peer.connect();
      await eventually(async () => {
        const shown = await callHub(hub).operationsOf(peer.identity.keyid);
        expect(new Set(shown.keys())).toEqual(new Set(peer.history.all().map(({ id }) => id)));
        expect(new Set([...shown.values()].map(({ id }) => id)).size).toBe(5_000);
      }, 10_000);
    }, 60_000);
  }
});

async function hubProcess(flags: readonly string[] = []): Promise<HubProcess> {
  const hub = await startHubProcess(flags);
  open.push({ close: () => hub.dispose() });
  return hub;
}

async function addedPeer(hub: HubProcess, instanceId: string): Promise<SeedPeer> {
  const peer = new SeedPeer({ instanceId, url: hub.url });
  open.push({ close: async () => peer.kill() });
  await callHub(hub).peers.addPeer({ instanceId, keyid: peer.identity.keyid });
  return peer;
}
