import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { PeersService } from "../../../gen/hub/v1/peers_pb.js";
import type { SimulatedMachine } from "../../client/simulate/machine.js";
import { HubError } from "../../errors.js";
import { call, type RunningTarget } from "../hub-connection.js";
import { explain } from "../exit-codes.js";

/** Calls that are under way at once. */
const AT_ONCE = 8;
const LOOK_AGAIN_MS = 250;

/** Simulated machines as peers of a hub, over its public rpcs. */
export class SimulatedPeers {
  readonly #hub: RunningTarget;
  readonly #client;

  constructor(hub: RunningTarget) {
    this.#hub = hub;
    this.#client = createClient(PeersService, hub.transport);
  }

  /** @throws HubError `already_exists` when another run's machine has the name */
  async add(machines: readonly SimulatedMachine[]): Promise<void> {
    await inTurn(machines, async ({ peer: { instanceId, identity } }) => {
      try {
        await call(this.#hub, () => this.#client.addPeer({ instanceId, keyid: identity.keyid }));
      } catch (reason) {
        if (explain(reason).code !== "already_exists") throw reason;
        throw new HubError(
          "already_exists",
          `the hub knows ${instanceId} already, with another key: simulated machines of another seed are left on it. Give their seed with --seed, or remove them first (backrest-hub peers remove ${instanceId})`,
          { cause: reason },
        );
      }
    });
  }

  async remove(machines: readonly SimulatedMachine[]): Promise<void> {
    await inTurn(machines, async ({ peer: { identity } }) => {
      try {
        const peer = { case: "keyid" as const, value: identity.keyid };
        await call(this.#hub, () => this.#client.removePeer({ peer }));
      } catch (reason) {
        // Not all may have been added, and somebody else may have removed them.
        if (explain(reason).code !== "not_found") throw reason;
      }
    });
  }

  /** The well-behaved machines of which the hub shows as many operations as they have, as soon as it is all of them. */
  async countEqual(machines: readonly SimulatedMachine[], withinMs: number): Promise<number> {
    const good = machines.filter(({ wellBehaved }) => wellBehaved);
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const { peers } = await call(this.#hub, () => this.#client.listPeers({}));
      const counts = new Map(peers.map(({ keyid, operationCount }) => [keyid, Number(operationCount)]));
      const equal = good.filter(({ peer }) => counts.get(peer.identity.keyid) === peer.history.size).length;
      if (equal === good.length || performance.now() > untilMs) return equal;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

async function inTurn<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const rest = all[Symbol.iterator]();
  const lane = async () => {
    for (const each of rest) await work(each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
