import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { PeersService } from "../../../gen/hub/v1/peers_pb.js";
import type { SimulatedMachine } from "../../client/simulate/machine.js";
import { HubError } from "../../errors.js";
import { call, type RunningTarget } from "../hub-connection.js";
import { explain } from "../exit-codes.js";
import { RunToken } from "./pairing.js";

/** Calls that are under way at once. */
const AT_ONCE = 8;
const LOOK_AGAIN_MS = 250;

/** Simulated machines as peers of a hub, over its public rpcs. */
export class SimulatedPeers {
  readonly #hub: RunningTarget;
  readonly #client;
  readonly #token: RunToken;

  /** @param label of the token with which they pair */
  constructor(hub: RunningTarget, label = "simulated machines") {
    this.#hub = hub;
    this.#client = createClient(PeersService, hub.transport);
    this.#token = new RunToken(hub, label);
  }

  /**
   * Lets those in that the hub does not know: a machine of the seed generation is added, one of the current generation
   * gets a token to pair with.
   * @throws HubError `already_exists` when another run's machine has the name
   */
  async add(machines: readonly SimulatedMachine[]): Promise<void> {
    const { peers } = await call(this.#hub, () => this.#client.listPeers({}));
    const keys = new Map(peers.map(({ instanceId, keyid }) => [instanceId, keyid]));
    for (const { peer } of machines) assertFree(peer, keys.get(peer.instanceId));
    const unknown = machines.filter(({ peer }) => !keys.has(peer.instanceId));
    await inTurn(
      unknown.filter(({ peer }) => peer.generation === "seed"),
      async ({ peer: { instanceId, identity } }) => {
        await call(this.#hub, () => this.#client.addPeer({ instanceId, keyid: identity.keyid }));
      },
    );
    await this.#token.give(unknown.filter(({ peer }) => peer.generation === "current"));
  }

  /** Takes back what machines pair with; those that have not done so by now are refused. */
  async close(): Promise<void> {
    await this.#token.revoke();
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

function assertFree({ instanceId, identity }: SimulatedMachine["peer"], keyid: string | undefined): void {
  if (keyid === undefined || keyid === identity.keyid) return;
  throw new HubError(
    "already_exists",
    `the hub knows ${instanceId} already, with another key: simulated machines of another seed, or of another generation, are left on it. Give their seed with --seed and their generation with --generation, or remove them first (backrest-hub peers remove ${instanceId})`,
  );
}

async function inTurn<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const rest = all[Symbol.iterator]();
  const lane = async () => {
    for (const each of rest) await work(each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
