import { expect } from "@jest/globals";
import { KeptRows } from "./histories/kept-rows.js";
import { type Happenings, PeerLife } from "./histories/peer-life.js";
import { callHub } from "./hub-calls.js";
import { Random } from "./random.js";
import { startTestHub } from "./test-hub.js";

const ROUNDS = 8;

/**
 * Lets `count` peers, half of each generation, live through random histories side by side at one hub: they create,
 * change and delete, connected or not; their processes and the hub's begin anew; sessions overlap; messages come twice;
 * ids are given out again; plans are hidden from the hub and shown again; databases are lost; seed peers become current
 * ones. Each peer's own history is the model: in the end the hub must show exactly what the peer lets it see, and must
 * still have whatever it ever had.
 * @param seed the first peer's; the others' follow
 */
export async function runRandomHistories(seed: number, count: number): Promise<void> {
  const random = new Random(seed);
  // Half of them catch up by their marks, as large peers do.
  const fullPassBelow = random.chance(0.5) ? "0" : "20000";
  let hub = await startTestHub({ "max-connections-per-address": "4096", "full-pass-below": fullPassBelow });
  const happened: Happenings = { upgrades: 0, resets: 0, narrowed: 0, widened: 0 };
  const lives = Array.from({ length: count }, (_, n) => new PeerLife(seed + n, hub.url, happened));
  const kept = new KeptRows();
  try {
    const { peers } = callHub(hub);
    await Promise.all(lives.map(({ instanceId, keyid }) => peers.addPeer({ instanceId, keyid })));
    for (let round = 0; round < ROUNDS; round++) {
      const current = hub;
      await Promise.all(lives.map((life) => life.round(current)));
      if (random.chance(0.35)) hub = await hub.restart();
      kept.expectNoneLost(hub);
    }
    // Deletions that nobody was told of show in a peer's first full pass of a process.
    hub = await hub.restart();
    const last = hub;
    await Promise.all(lives.map((life) => life.settle()));
    await Promise.all(lives.map((life) => life.expectEqual(last)));
    kept.expectNoneLost(last);
    expect((await callHub(last).peers.listPeers({})).peers).toHaveLength(count);
    for (const [what, times] of Object.entries(happened)) expect([what, times > 0]).toEqual([what, true]);
  } finally {
    for (const life of lives) life.kill();
    await hub.close();
  }
}
