import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect } from "@jest/globals";
import { PairingService, PairingTokenStatus } from "../../gen/hub/v1/pairing_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { type Ed25519Identity, generateEd25519Identity } from "../../src/dialect/identity.js";
import { callHub, tokenTransport } from "./hub-calls.js";
import { Random } from "./random.js";
import { startTestHub, type TestHub } from "./test-hub.js";

const MACHINES = 100;
/** Machines dial within so many milliseconds of each other; in every other round all at once. */
const SPREAD_MS = 200;
/** A hundred machines in one process, on a busy machine, are slower than machines are. */
const PATIENCE_MS = 60_000;

/**
 * A hundred machines, each from an address of its own, race for one token that is good for one of them, round after
 * round; some dial twice at once, as a Backrest does right after it has paired.
 */
export async function runTokenRaces(seed: number, rounds: number): Promise<void> {
  const hub = await startTestHub({ "request-timeout": `${PATIENCE_MS}ms` });
  try {
    // Making keys takes longer than the race: who lost comes again, who won is somebody else the next time.
    const identities = Array.from({ length: MACHINES }, () => generateEd25519Identity());
    for (let round = 0; round < rounds; round++) {
      const winner = await race(hub, new Random(seed + round), round, identities);
      identities[identities.indexOf(winner)] = generateEd25519Identity();
    }
  } finally {
    await hub.close();
  }
}

/** @returns who won */
async function race(
  hub: TestHub,
  random: Random,
  round: number,
  identities: readonly Ed25519Identity[],
): Promise<Ed25519Identity> {
  const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
  const { secret, token } = await pairing.createPairingToken({ label: `round ${round}` });
  const known = (await callHub(hub).peers.listPeers({})).peers.length;
  const { instanceId, ed25519 } = hub.directory.identity;
  const machines = identities.map((identity, n) => {
    return new CurrentPeer({
      identity,
      instanceId: `machine-${round}-${n}`,
      url: hub.url,
      knownHost: { instanceId, keyid: ed25519.keyid },
      localAddress: `127.${1 + round}.${random.below(256)}.${1 + n}`,
      pairingSecret: secret,
      handshakeTimeoutMs: PATIENCE_MS,
    });
  });
  try {
    const spreadMs = random.chance(0.5) ? SPREAD_MS : 0;
    const outcomes = await Promise.all(
      random.shuffled(machines).map(async (machine) => {
        const twice = random.chance(0.2);
        await sleep(random.below(spreadMs + 1));
        const dials = [machine.connect(), ...(twice ? [machine.connect({ newConnection: true })] : [])];
        return { machine, dials: await Promise.allSettled(dials) };
      }),
    );
    const winners = outcomes.filter(({ dials }) => dials.some(({ status }) => status === "fulfilled"));
    expect({ round, winners: winners.length }).toEqual({ round, winners: 1 });

    const [winner] = winners;
    if (winner === undefined) throw new Error("nobody won");
    const losers = outcomes.filter((outcome) => outcome !== winner);
    for (const { dials } of losers) for (const dial of dials) expectTold(dial);
    const { peers } = await callHub(hub).peers.listPeers({});
    expect(peers).toHaveLength(known + 1);
    expect(peers.map(({ keyid }) => keyid)).toContain(winner.machine.identity.keyid);
    const { tokens } = await pairing.listPairingTokens({});
    expect(tokens.find(({ id }) => id === token?.id)).toMatchObject({ uses: 1, status: PairingTokenStatus.USED_UP });
    return winner.machine.identity;
  } finally {
    for (const machine of machines) machine.kill();
  }
}

/** Who came too late hears that the token had its use. */
function expectTold(dial: PromiseSettledResult<unknown>): void {
  const { code, rawMessage } = ConnectError.from(dial.status === "rejected" ? dial.reason : undefined);
  expect({ code, rawMessage }).toEqual({
    code: Code.PermissionDenied,
    rawMessage: expect.stringContaining("has had all of its uses"),
  });
}
