import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { Fleet } from "../../client/simulate/fleet.js";
import { SimulatedMachine } from "../../client/simulate/machine.js";
import { generationOf } from "../../client/simulate/generations.js";
import { habits, type Misbehaviour } from "../../client/simulate/misbehaviour.js";
import { HubError } from "../../errors.js";
import type { CliContext } from "../context.js";
import type { RunningTarget } from "../hub-connection.js";
import { SimulatedPeers } from "./peers.js";
import { knownHub } from "./known-hub.js";
import type { SimulateOptions } from "./options.js";
import { SimulationReport } from "./report.js";

export interface SimulationOptions extends SimulateOptions {
  readonly seed: number;
}

/**
 * Between the first sessions of two machines: people want to know what the hub carries, not how it takes a stampede. It
 * exchanges keys with 50 machines a second from one address; the others would wait their turn.
 */
const STAGGER_MS = 25;
/** Upstream's minutes of waiting become seconds. */
const TIME_SCALE = 1 / 60;
const HABIT_MS = 3_000;
const REPORT_MS = 5_000;
/** Time for the hub to store what was sent last. */
const SETTLE_MS = 10_000;

/**
 * Lets machines in, keeps them busy for a while and compares in the end.
 * @throws HubError when a well-behaved one was refused or lost its session, or the hub shows less than it has
 */
export async function simulate(hub: RunningTarget, options: SimulationOptions, context: CliContext): Promise<void> {
  const report = new SimulationReport(options, context);
  const fleet = new Fleet(await createMachines(hub, options));
  const peers = new SimulatedPeers(hub);
  try {
    await peers.add(fleet.machines);
    await work(fleet, options, report, context.signal);
    // Who lost its session is not equal, however long that is waited for.
    const equal = await peers.countEqual(fleet.machines, fleet.figures.errors > 0 ? 0 : SETTLE_MS);
    report.summary(fleet, equal);
    verdict(fleet, equal);
  } finally {
    await fleet.close();
    await peers.close();
    if (options.remove === true) await peers.remove(fleet.machines);
  }
}

async function work(
  fleet: Fleet,
  { rate, seconds }: SimulationOptions,
  report: SimulationReport,
  interrupted: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const reports = setInterval(() => report.line(fleet.figures), REPORT_MS);
  const stay = fleet.run({ signal, timeScale: TIME_SCALE, habitMs: HABIT_MS }, STAGGER_MS);
  const drive = fleet.drive(rate, signal);
  if (seconds === undefined) await drive;
  else await sleep(seconds * 1_000, undefined, { signal }).catch(() => {});
  over.abort();
  await Promise.all([stay, drive]);
  clearInterval(reports);
}

async function createMachines(hub: RunningTarget, options: SimulationOptions): Promise<SimulatedMachine[]> {
  const { keep, seed, days } = options;
  if (keep !== undefined) mkdirSync(keep, { recursive: true, mode: 0o700 });
  const common = { seed, days, ...(await knownHub(hub)) };
  const kinds = kindsOf(options);
  return Array.from({ length: options.peers }, (_, n) => {
    const name = `sim-${String(n + 1).padStart(4, "0")}`;
    const kind = kinds[n];
    return new SimulatedMachine({
      ...common,
      instanceId: name,
      generation: generationOf(n, options.generation, kind),
      ...(kind === undefined ? {} : { habit: habits()[kind] }),
      ...(keep === undefined ? {} : { file: join(keep, `${name}.jsonl`) }),
    });
  });
}

/** The first machines are the ones that misbehave. */
function kindsOf({ misbehave, peers }: SimulationOptions): Misbehaviour[] {
  const kinds = [...(misbehave ?? [])].flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  if (kinds.length <= peers) return kinds;
  throw new HubError(
    "invalid_argument",
    `--misbehave names ${kinds.length} machines, more than the ${peers} of --peers`,
  );
}

function verdict(fleet: Fleet, equal: number): void {
  const good = fleet.machines.filter(({ wellBehaved }) => wellBehaved);
  const lost = good.find(({ figures }) => figures.failed > 0);
  if (lost !== undefined) {
    const others = good.filter(({ figures }) => figures.failed > 0).length - 1;
    throw new HubError(
      "aborted",
      `${lost.peer.instanceId}${others > 0 ? ` and ${others} more` : ""} lost a session or did not get one: ${lost.figures.lastFailure}`,
    );
  }
  if (equal < good.length) {
    throw new HubError("aborted", `of ${good.length - equal} machines the hub does not show all operations after 10 s`);
  }
}
