import { setMaxListeners } from "node:events";
import { createClient } from "@connectrpc/connect";
import { FleetService } from "../../../gen/hub/v1/fleet_pb.js";
import type { BannerParts } from "../banner.js";
import type { CliContext } from "../context.js";
import { findHub, needRunning, type RunningTarget } from "../hub-connection.js";
import { knownHub } from "../simulate/known-hub.js";
import { SimulatedPeers } from "../simulate/peers.js";
import { createActor } from "./actors.js";
import { CAST, type Role } from "./cast.js";
import { guide } from "./guide.js";

export interface FleetOptions {
  readonly seed: number;
  readonly context: CliContext;
  /** Where the machines' histories are kept; in memory by default. */
  readonly folder?: string;
}

/** Lets the fleet in, all but who waits for approval, and lets it live until the signal aborts. */
export async function runFleet(hub: BannerParts, options: FleetOptions, signal: AbortSignal): Promise<void> {
  const { context, folder, seed } = options;
  setMaxListeners(0, signal);
  const running = needRunning(await findHub({ dataDir: hub.directory.paths.directory }, context));
  const known = { seed, ...(await knownHub(running)), ...(folder === undefined ? {} : { folder }) };
  const actors = CAST.map((role) => createActor(role, known));
  try {
    const strangers = actors.filter(({ role }) => role.part === "unknown");
    const peers = actors.filter((actor) => !strangers.includes(actor));
    await new SimulatedPeers(running).add(peers.map(({ machine }) => machine));
    await markNotAlwaysOn(
      running,
      CAST.filter(({ part }) => part === "away"),
    );
    context.out(guide(hub, strangers[0]?.machine.peer.identity.keyid ?? "", folder !== undefined));
    await Promise.all(actors.map((actor) => actor.play(signal)));
  } finally {
    await Promise.all(actors.map(({ machine }) => machine.close()));
  }
}

/** What the operator of such a fleet would do: `backrest-hub instances set … --not-always-on`. */
async function markNotAlwaysOn({ transport }: RunningTarget, roles: readonly Role[]): Promise<void> {
  const client = createClient(FleetService, transport);
  for (const { instanceId } of roles) await client.setInstanceHealth({ instanceId, notAlwaysOn: true });
}
