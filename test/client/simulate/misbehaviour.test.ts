import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ConnectionState } from "../../../gen/v1sync/syncservice_pb.js";
import { generationOf } from "../../../src/client/simulate/generations.js";
import { type MachineOptions, SimulatedMachine } from "../../../src/client/simulate/machine.js";
import { type AnyPeer, habits, MISBEHAVIOURS, type Misbehaviour } from "../../../src/client/simulate/misbehaviour.js";
import { callHub, eventually } from "../../support/hub-calls.js";
import { startTestHub, type TestHub } from "../../support/test-hub.js";

const GOOD = 50;
/** Milliseconds that each kind misbehaves for, several times over. */
const TROUBLE_MS = 1_500;

/** What the hub shows of each kind after a while. */
const SHOWN: Readonly<Record<Misbehaviour, (machine: SimulatedMachine) => Promise<void>>> = {
  slow: shownConnected,
  freeze: async () => {
    // Unanswered pings end its sessions: it froze for longer than the hub asks and waits.
    expect(hub.log).toContainEqual(expect.objectContaining({ cause: "transport" }));
  },
  "give-up": async ({ figures }) => expect(figures.opened).toBeGreaterThan(1),
  repeat: shownConnected,
  "reuse-ids": shownConnected,
  "wrong-clock": async ({ peer, figures }) => {
    expect(figures).toMatchObject({ opened: 0, lastFailure: expect.stringContaining("clock") });
    expect((await callHub(hub).stateOf(peer.identity.keyid))?.state).toBe(ConnectionState.DISCONNECTED);
  },
  poison: async (machine) => {
    await shownConnected(machine);
    expect(Number((await callHub(hub).hub.getStatus({})).poisonCount)).toBeGreaterThan(0);
  },
  flap: async ({ figures }) => expect(figures.opened).toBeGreaterThan(1),
  babble: async ({ figures }) => {
    expect(figures.opened).toBeGreaterThan(1);
    expect(figures.lastFailure).toContain("did not ask for");
  },
};

let hub: TestHub;
let good: { readonly machine: SimulatedMachine; readonly session: AnyPeer["session"] }[] = [];

beforeAll(async () => {
  hub = await startTestHub({
    "max-connections-per-address": "4096",
    "ping-interval": "1s",
    // The good ones share a thread with the hub: what keeps that busy for a while is no silence of theirs.
    "ping-timeout": "4s",
    "idle-probe-after": "2s",
    "probe-timeout": "4s",
  });
  const machines = Array.from({ length: GOOD }, (_, n) => simulated(`good-${n}`, generationOf(n, "mixed"), 3));
  good = await Promise.all(
    machines.map(async (machine) => {
      await letIn(machine);
      return { machine, session: await machine.peer.connect() };
    }),
  );
}, 60_000);

afterAll(async () => {
  await Promise.all(good.map(({ machine }) => machine.close()));
  await hub.close();
});

describe("misbehaving machines", () => {
  const kinds = MISBEHAVIOURS.map((kind) => [kind, generationOf(0, "current", kind)] as const);
  test.each([...kinds, ["repeat", "seed"], ["poison", "seed"], ["babble", "seed"]] as const)(
    "SIM4: beside one that does %s in the %s generation, 50 good ones notice nothing",
    async (kind, generation) => {
      const bad = simulated(`bad-${kind}-${generation}`, generation, 30, kind);
      await letIn(bad);
      const stop = new AbortController();
      const running = bad.run({ signal: stop.signal, timeScale: 1 / 600, habitMs: 100 });
      const until = Date.now() + (kind === "freeze" ? 2 * TROUBLE_MS : TROUBLE_MS);
      while (Date.now() < until) {
        for (const { machine } of good) machine.step();
        if (bad.connected) bad.step();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await eventually(() => SHOWN[kind](bad), 10_000);
      stop.abort();
      await bad.close();
      await running;
      for (const { machine, session } of good) {
        expect(machine.peer.session).toBe(session);
        expect(session?.state.name).toBe("open");
      }
      await eventually(() => Promise.all(good.map(({ machine }) => expectEqual(machine))), 10_000);
    },
    40_000,
  );

  test.each([
    ["slow", "current"],
    ["give-up", "current"],
    ["repeat", "seed"],
    ["reuse-ids", "current"],
    ["poison", "seed"],
    ["flap", "current"],
    ["babble", "current"],
  ] as const)(
    "SIM4: a machine that did %s (%s) and was set up anew, with another history, is shown with exactly that",
    async (kind, generation) => {
      const machine = simulated(`bad-${kind}-${generation}`, generation, 30);
      const { peer } = machine;
      await peer.connect();
      await eventually(async () => {
        machine.step();
        await new Promise((resolve) => setTimeout(resolve, 100));
        await expectEqual(machine);
      }, 10_000);
      await machine.close();
    },
    20_000,
  );
});

function simulated(
  instanceId: string,
  generation: MachineOptions["generation"],
  days: number,
  kind?: Misbehaviour,
): SimulatedMachine {
  const habit = kind === undefined ? {} : { habit: habits({ frozenMs: 7_000, lateMs: 100 })[kind] };
  return new SimulatedMachine({ seed: 4, instanceId, generation, url: hub.url, days, ...habit });
}

async function letIn({ peer }: SimulatedMachine): Promise<void> {
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
}

async function shownConnected({ peer }: SimulatedMachine): Promise<void> {
  expect(await callHub(hub).stateOf(peer.identity.keyid)).toMatchObject({
    state: ConnectionState.CONNECTED,
    statusMessage: "connected",
  });
}

async function expectEqual({ peer }: SimulatedMachine): Promise<void> {
  const shown = await callHub(hub).operationsOf(peer.identity.keyid);
  const own = peer.history.all().map(({ id, status, op }) => `${id} ${status} ${op.case}`);
  expect(
    new Set([...shown.values()].map(({ originalId, status, op }) => `${originalId} ${status} ${op.case}`)),
  ).toEqual(new Set(own));
}
