import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { PairingService } from "../../../gen/hub/v1/pairing_pb.js";
import { errorText } from "../../system-error.js";
import type { BannerParts } from "../banner.js";
import type { CliContext } from "../context.js";
import { findHub, needRunning, type RunningTarget } from "../hub-connection.js";
import { knownHub } from "../simulate/known-hub.js";
import { SimulatedPeers } from "../simulate/peers.js";
import { type Actor, type ActorOptions, createActor } from "./actors.js";
import { isEnrolled, type Role } from "./cast.js";
import { crowd } from "./crowd.js";
import { guide } from "./guide.js";
import { KnownMachines } from "./known-machines.js";
import { castAt } from "./machines.js";
import { PUSHED_TO, shareRepos } from "./shared-repos.js";
import { handOutTokens, hireStaff, setUpWatching, type Staff } from "./staff.js";

export interface FleetOptions {
  readonly seed: number;
  /** As many as the cast has, or more. */
  readonly machines: number;
  readonly context: CliContext;
  /** Where the machines' histories are kept; in memory by default. */
  readonly folder?: string;
}

/** A real one beats every ten minutes, which is too long to look at; of a thousand it would be all that happens. */
const HEARTBEAT_MS = { few: 10_000, many: 120_000 } as const;
const MANY = 100;

/** Lets the fleet in, all but who waits for approval, and lets it live until the signal aborts. */
export async function runFleet(hub: BannerParts, options: FleetOptions, signal: AbortSignal): Promise<void> {
  const { context, folder, seed, machines } = options;
  setMaxListeners(0, signal);
  const dataDir = hub.directory.paths.directory;
  const running = needRunning(await findHub({ dataDir }, context));
  const cast = castAt(Date.now());
  const others = crowd(machines - cast.filter(isEnrolled).length, seed);
  const known = new KnownMachines(running);
  const actors: Actor[] = [];
  try {
    const staff = await hireStaff(running, dataDir, context);
    const common: ActorOptions = {
      seed,
      heartbeatMs: machines > MANY ? HEARTBEAT_MS.many : HEARTBEAT_MS.few,
      isKnown: async (role) => {
        await known.untilJoined([role.instanceId], signal);
        if (staff !== undefined) await setUpWatching(staff.ole, role).catch(report(context, signal));
        await known.untilJudged([role.instanceId], signal);
      },
      ...(await knownHub(running)),
      ...(folder === undefined ? {} : { folder }),
    };
    for (const role of cast) actors.push(await create(role, common));
    await enrol(running, actors, staff);
    const waiting = actors.find(({ role }) => role.part === "knocking")?.machine.peer.identity.keyid ?? "";
    context.out(guide(hub, { cast, machines, waiting, stays: folder !== undefined }));
    const plays = actors.map((actor) => actor.play(signal));
    const works = staff === undefined ? undefined : work(staff, { cast, known }, signal);
    const secret = await crowdSecret(running, others);
    for (const role of others) {
      if (signal.aborted) break;
      const actor = await create(role, common);
      actor.machine.pairWith(secret);
      actors.push(actor);
      plays.push(actor.play(signal));
    }
    await Promise.all([...plays, works?.catch(report(context, signal))]);
  } finally {
    await Promise.all(actors.map(({ machine }) => machine.close()));
  }
}

/** The hub in this process has something to do, too. */
async function create(role: Role, options: ActorOptions): Promise<Actor> {
  await nextTurn();
  return createActor(role, options);
}

/** What the staff does once the machines are there. */
async function work(
  { ada, ole }: Staff,
  { cast, known }: { readonly cast: readonly Role[]; readonly known: KnownMachines },
  signal: AbortSignal,
): Promise<void> {
  const watched = cast.filter((role) => isEnrolled(role) && role.part !== "gone");
  await known.untilJoined(
    watched.map(({ instanceId }) => instanceId),
    signal,
  );
  for (const role of watched) await setUpWatching(ole, role);
  await known.untilJudged(PUSHED_TO, signal);
  if (!signal.aborted) await shareRepos(ada, signal);
}

/** A fleet without its last touch is still one to look at. */
function report(context: CliContext, signal: AbortSignal): (reason: unknown) => void {
  return (reason) => {
    if (!signal.aborted) context.err(`the demo could not do all that it wanted to: ${errorText(reason)}\n`);
  };
}

async function enrol(hub: RunningTarget, actors: readonly Actor[], staff: Staff | undefined): Promise<void> {
  const enrolled = actors.filter(({ role }) => isEnrolled(role));
  const peers = new SimulatedPeers(staff?.ada ?? hub, "All machines of the demo");
  await peers.add(enrolled.map(({ machine }) => machine));
  if (staff === undefined) return;
  const secret = await handOutTokens(staff);
  for (const { role, machine } of enrolled) if (role.instanceId.startsWith("till-")) machine.pairWith(secret);
}

/** With which the crowd joins; machines that the hub knows need none. */
async function crowdSecret({ transport }: RunningTarget, others: readonly Role[]): Promise<string> {
  if (others.length === 0) return "";
  const request = { label: "The other sites", maxUses: others.length, ttl: { seconds: 3_600n } };
  return (await createClient(PairingService, transport).createPairingToken(request)).secret;
}
