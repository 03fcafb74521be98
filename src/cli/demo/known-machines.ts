import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@connectrpc/connect";
import { FleetService, Verdict } from "../../../gen/hub/v1/fleet_pb.js";
import type { RunningTarget } from "../hub-connection.js";

const LOOK_EVERY_MS = 500;
/** A machine that the hub cannot judge by then is let go as it is. */
const PATIENCE_MS = 60_000;

/** What the hub knows of machines by now. */
export class KnownMachines {
  readonly #client: Client<typeof FleetService>;

  constructor({ transport }: RunningTarget) {
    this.#client = createClient(FleetService, transport);
  }

  /** Resolves when the hub has let all of them in, when that takes too long, and when the signal aborts. */
  untilJoined(instanceIds: readonly string[], signal: AbortSignal): Promise<void> {
    return this.#until(instanceIds, () => true, signal);
  }

  /** The same for when it has judged them, which it does once it has read their whole history. */
  untilJudged(instanceIds: readonly string[], signal: AbortSignal): Promise<void> {
    return this.#until(instanceIds, (verdict) => verdict !== Verdict.UNKNOWN, signal);
  }

  async #until(ids: readonly string[], isEnough: (verdict: Verdict) => boolean, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!signal.aborted && performance.now() < endMs) {
      // An error until all of them are there; and a hub that is busy is asked again.
      const { instances } = await this.#client.getFleet({ instanceIds: [...ids] }).catch(() => ({ instances: [] }));
      if (instances.length >= ids.length && instances.every(({ verdict }) => isEnough(verdict))) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }
}
