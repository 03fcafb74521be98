import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { generateEcdsaIdentity, generateEd25519Identity } from "../../src/dialect/identity.js";
import { parseIdentity } from "../../src/identity/hub-identity.js";
import { dataPaths } from "../../src/identity/paths.js";
import { callHub, eventually } from "./hub-calls.js";
import { type HubProcess, startHubProcess } from "./hub-process.js";
import { type Cast, KINDS, OpeningPlayer, type Played } from "./openings/play.js";
import { Random } from "./random.js";
import { RawConnection } from "./raw-sync.js";
import { backup } from "./sample-operations.js";

/** Connections that are open at a time. */
const CONCURRENCY = 32;
/** Openings from one address: fewer than make the hub slow it down (TURN3). */
const PER_ADDRESS = 16;
/** A process grows to its size while it works for the first time. */
const WARM_UP = 1_000;
const MEMORY_SLACK_MIB = 50;
const REFUSALS = new Set(["invalid_argument", "permission_denied", "resource_exhausted"]);

/**
 * Plays mutated openings of both generations against a hub of its own process, within its own limits, from as many
 * addresses as those ask for. All are made from what two peers would be let in with, so that one check too few lets one
 * in; both peers are in session all the time. The hub grants 150 key exchanges a second, which is what it takes so long
 * for. It waits longer for a handshake than by default: on a busy machine a player may be slow.
 * @param count more than the first 1,000, behind which memory is measured
 */
export async function runMutatedOpenings(seed: number, count: number): Promise<void> {
  const hub = await startHubProcess(["--log-level", "error", "--request-timeout", "60s"]);
  const seedPeer = new SeedPeer({ instanceId: "seed-peer", url: hub.url });
  const currentPeer = new CurrentPeer({ instanceId: "current-peer", url: hub.url });
  const honest = [seedPeer, currentPeer];
  try {
    const { peers } = callHub(hub);
    for (const { instanceId, identity } of honest) await peers.addPeer({ instanceId, keyid: identity.keyid });
    const sessions = await Promise.all(honest.map((peer) => peer.connect()));
    const cast = castOf(hub, seedPeer, currentPeer);

    expectAllRefused(await playAll(hub, cast, seed, WARM_UP));
    const before = memoryMib(hub);
    const played = await playAll(hub, cast, seed + 1, count - WARM_UP);
    expectAllRefused(played);
    expect(new Set(played.map(({ kind }) => kind))).toEqual(new Set(KINDS));

    expect(sessions.map(({ state }) => state.name)).toEqual(["open", "open"]);
    await expectSynced(hub, seedPeer);
    await expectSynced(hub, currentPeer);
    expect((await peers.listPeers({})).peers.map(({ instanceId }) => instanceId)).toEqual([
      "current-peer",
      "seed-peer",
    ]);
    await eventually(() => expect(memoryMib(hub) - before).toBeLessThan(MEMORY_SLACK_MIB), 60_000);
    hub.kill("SIGTERM");
    expect(await hub.ended).toBe(0);
  } finally {
    for (const peer of honest) peer.kill();
    await hub.dispose();
  }
}

async function playAll(hub: HubProcess, cast: Cast, seed: number, count: number): Promise<Played[]> {
  const played: Played[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const first = next;
      next += PER_ADDRESS;
      const random = new Random(seed * 1_000_003 + first);
      const connection = new RawConnection(hub.url, addressOf(seed, first / PER_ADDRESS));
      try {
        const player = new OpeningPlayer(connection, cast, random);
        for (let n = first; n < Math.min(next, first + PER_ADDRESS, count); n++) played.push(await player.play());
      } finally {
        connection.close();
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return played;
}

/** None was let in, and each was told why. */
function expectAllRefused(played: readonly Played[]): void {
  const wrong = played.filter(
    ({ refusal }) => refusal === undefined || !REFUSALS.has(refusal.code) || refusal.message === "",
  );
  expect(wrong.slice(0, 10)).toEqual([]);
}

/** What happens now is still told, over the session of the beginning, and kept. */
async function expectSynced(hub: HubProcess, peer: SeedPeer | CurrentPeer): Promise<void> {
  peer.history.add(backup());
  await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(1));
}

function castOf(hub: HubProcess, seedPeer: SeedPeer, currentPeer: CurrentPeer): Cast {
  const own = parseIdentity(readFileSync(dataPaths(hub.dataDir).identity, "utf8"));
  return {
    seed: {
      peer: seedPeer,
      hub: { identity: own.ecdsa, instanceId: own.instanceId },
      stranger: generateEcdsaIdentity(),
    },
    current: {
      peer: currentPeer,
      hub: { identity: own.ed25519, instanceId: own.instanceId },
      stranger: generateEd25519Identity(),
    },
  };
}

/** One of the sixteen million addresses of this machine, no two alike within one run. */
function addressOf(seed: number, n: number): string {
  return `127.${1 + (seed % 100)}.${(n >> 8) & 255}.${n & 255}`;
}

/** What the hub's process holds in memory. */
function memoryMib({ pid }: HubProcess): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}
