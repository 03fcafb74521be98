import { expect } from "@jest/globals";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "./hub-calls.js";
import { Random } from "./random.js";
import { backup, hook, prune } from "./sample-operations.js";
import { startTestHub, type TestHub } from "./test-hub.js";

const ROUNDS = 8;
const STATUSES = [
  OperationStatus.STATUS_SUCCESS,
  OperationStatus.STATUS_ERROR,
  OperationStatus.STATUS_WARNING,
  OperationStatus.STATUS_INPROGRESS,
];

/**
 * Lets `count` peers, half of each generation, live through random histories side by side at one hub: they create, change and delete, connected
 * or not; their processes and the hub's begin anew; sessions overlap; messages come twice. Each peer's own history is
 * the model: in the end the hub must show exactly that.
 * @param seed the first peer's; the others' follow
 */
export async function runRandomHistories(seed: number, count: number): Promise<void> {
  const random = new Random(seed);
  // Half of them catch up by their marks, as large peers do.
  const fullPassBelow = random.chance(0.5) ? "0" : "20000";
  let hub = await startTestHub({ "max-connections-per-address": "4096", "full-pass-below": fullPassBelow });
  const lives = Array.from({ length: count }, (_, n) => new PeerLife(seed + n, hub.url));
  try {
    const { peers } = callHub(hub);
    await Promise.all(
      lives.map((life) => peers.addPeer({ instanceId: life.peer.instanceId, keyid: life.peer.identity.keyid })),
    );
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(lives.map((life) => life.round()));
      if (random.chance(0.35)) hub = await hub.restart();
    }
    // Deletions that nobody was told of show in a peer's first full pass of a process.
    hub = await hub.restart();
    const last = hub;
    await Promise.all(lives.map((life) => life.settle()));
    await Promise.all(lives.map((life) => life.expectEqual(last)));
  } finally {
    for (const life of lives) life.peer.kill();
    await hub.close();
  }
}

/** One peer, and the chance that drives it. */
class PeerLife {
  readonly peer: SeedPeer | CurrentPeer;
  readonly #seed: number;
  readonly #random: Random;
  #clock = 1_700_000_000_000;

  constructor(seed: number, url: string) {
    this.#seed = seed;
    this.#random = new Random(seed * 7919 + 1);
    const options = { instanceId: `peer-${seed}`, url };
    this.peer = seed % 2 === 0 ? new SeedPeer(options) : new CurrentPeer(options);
  }

  async round(): Promise<void> {
    await this.#change(this.#random.below(6));
    switch (this.#random.below(7)) {
      case 0:
        this.peer.kill();
        break;
      case 1:
        this.peer.restart();
        break;
      case 2:
        // As after a change of the configuration: a second connection, while the first stays open.
        await this.#connect(true);
        break;
      case 3:
        await this.#sendAgain();
        break;
      default:
        await this.#connect(false);
    }
    await this.#change(this.#random.below(8));
  }

  async settle(): Promise<void> {
    this.peer.kill();
    await eventually(async () => {
      await this.peer.connect();
    });
    // A change that nobody is told of would show in the next session only.
    await this.#change(this.#random.below(3), { transforms: false });
  }

  async expectEqual(hub: TestHub): Promise<void> {
    await eventually(async () => {
      const shown = await callHub(hub).operationsOf(this.peer.identity.keyid);
      const own = new Map(this.peer.history.all().map((operation) => [operation.id, operation]));
      expect(describeAll(shown, `seed ${this.#seed}`)).toEqual(describeAll(own, `seed ${this.#seed}`));
      expectFlows(own, shown);
    }, 10_000);
  }

  /** A session that does not come about (the hub is just restarting) is a peer that is away. */
  async #connect(newConnection: boolean): Promise<void> {
    await this.peer.connect({ newConnection }).catch(() => {});
  }

  async #sendAgain(): Promise<void> {
    const operations = this.peer.history.all().slice(-this.#random.below(20) - 1);
    if (operations.length === 0) return;
    const event = {
      event: { case: this.#random.chance(0.5) ? "createdOperations" : "updatedOperations", value: { operations } },
    } as const;
    for (let times = this.#random.below(3); times >= 0; times--) {
      const action = { case: "receiveOperations", value: { event } } as const;
      if (this.peer instanceof CurrentPeer) await this.peer.sendItem({ action });
      else await this.peer.sendItem({ action });
    }
  }

  async #change(times: number, { transforms } = { transforms: true }): Promise<void> {
    const { history } = this.peer;
    for (let n = 0; n < times; n++) {
      const all = history.all();
      const one = this.#random.pick(all);
      this.#clock += this.#random.below(100_000);
      const start = { unixTimeStartMs: BigInt(this.#clock) };
      const plan = `plan-${this.#random.below(3)}`;
      switch (this.#random.below(8)) {
        case 0:
        case 1:
          history.add({ ...backup(plan), ...start });
          break;
        case 2:
          history.start({ ...prune(plan), ...start });
          break;
        case 3:
          if (one !== undefined) history.add({ ...hook(one.id, one.planId), flowId: one.flowId, ...start });
          break;
        case 4:
          if (one !== undefined)
            history.update(one.id, {
              status: STATUSES[this.#random.below(STATUSES.length)] ?? OperationStatus.STATUS_ERROR,
              displayMessage: `m${n}`,
            });
          break;
        case 5:
          if (one !== undefined && transforms)
            history.transform(one.id, { displayMessage: `t${this.#random.below(9)}` });
          break;
        case 6: {
          // Often the last one, whose id is then used again after a restart.
          const victim = this.#random.chance(0.6) ? all.toSorted((a, b) => Number(b.id - a.id))[0] : one;
          if (victim !== undefined)
            history.delete(...all.filter(({ flowId }) => flowId === victim.flowId).map(({ id }) => id));
          break;
        }
        default:
          history.delete(BigInt(this.#random.below(1000)) + 10_000n);
      }
      if (this.#random.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

function describeAll(operations: ReadonlyMap<bigint, Operation>, seed: string): Record<string, string> {
  const described: Record<string, string> = { seed };
  for (const [id, { status, planId, op, unixTimeStartMs, displayMessage }] of operations) {
    described[String(id)] = [OperationStatus[status], planId, op.case, unixTimeStartMs, displayMessage].join(" ");
  }
  return described;
}

/** What is one flow at the peer is one flow at the hub, and the other way round. */
function expectFlows(own: ReadonlyMap<bigint, Operation>, shown: ReadonlyMap<bigint, Operation>): void {
  const groups = (operations: ReadonlyMap<bigint, Operation>) => {
    const flows = new Map<bigint, bigint[]>();
    for (const id of [...operations.keys()].toSorted((a, b) => Number(a - b))) {
      const flow = operations.get(id)?.flowId ?? 0n;
      flows.set(flow, [...(flows.get(flow) ?? []), id]);
    }
    return [...flows.values()].map((ids) => ids.join(" "));
  };
  expect(groups(shown)).toEqual(groups(own));
}
