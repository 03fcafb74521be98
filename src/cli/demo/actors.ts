import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Multihost_Permission_Type as GrantType } from "../../../gen/v1/config_pb.js";
import type { MachineGrant } from "../../client/machine-settings.js";
import { type MachineOptions, SimulatedMachine } from "../../client/simulate/machine.js";
import { habits } from "../../client/simulate/misbehaviour.js";
import { Random } from "../../client/simulate/random.js";
import { setUp } from "../../client/simulate/setup.js";
import type { Role, Sends } from "./cast.js";
import { REPOS, YEAR_DAYS } from "./plans.js";

export interface ActorOptions extends Pick<MachineOptions, "seed" | "url" | "knownHosts" | "ca" | "heartbeatMs"> {
  /** Where the histories are kept; in memory by default. */
  readonly folder?: string;
  /** Called when it plays; resolves when the hub has judged the machine, which is then free to go. */
  readonly isKnown: (role: Role) => Promise<void>;
}

export interface Actor {
  readonly role: Role;
  readonly machine: SimulatedMachine;
  /** Plays its part until the signal aborts. */
  play(signal: AbortSignal): Promise<void>;
}

/** Seconds between two backups of a busy machine. */
const BUSY_IDLE_SECONDS = { low: 2, high: 10 } as const;
const BUSY_BACKUP_SECONDS = { low: 30, high: 90 } as const;
const FLAPS_EVERY_MS = 5_000;
/** No released Backrest has them; here they can be looked at. */
const CAPABILITIES = ["logs", "throttle"] as const;
/** Upstream's minutes of waiting become seconds. */
const TIME_SCALE = 1 / 60;
/** A copy of a machine has another key. */
const COPY_SEED = 0x7f;
const ALL = ["*"];

export function createActor(role: Role, { folder, isKnown, ...options }: ActorOptions): Actor {
  const { instanceId, part, plans, generation = "current" } = role;
  const isCopy = part === "reinstalled";
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const seed = isCopy ? options.seed ^ COPY_SEED : options.seed;
  const setups = plans.map(({ setup }) => setup);
  const courses = new Map(plans.map(({ setup, course }) => [setup.planId, course]));
  const { hidden } = sentBy(role);
  const machine = new SimulatedMachine({
    ...options,
    seed,
    instanceId,
    generation,
    days: YEAR_DAYS,
    profile: setUp(seed, instanceId, [plans[0].setup, ...setups.slice(1)], REPOS),
    courseOf: ({ planId }) => courses.get(planId) ?? { days: 1 },
    failureRate: 0,
    capabilities: CAPABILITIES,
    grants: grantsOf(role.sends),
    sends: (operation) => operation.instanceId === instanceId && !hidden(operation.repoId),
    ...(part === "busy" ? { backupSeconds: BUSY_BACKUP_SECONDS } : {}),
    ...(part === "flapping" ? { habit: habits().flap } : {}),
    ...(part === "wrong-clock" ? { habit: habits()["wrong-clock"] } : {}),
    ...(folder === undefined || isCopy ? {} : { file: join(folder, `${instanceId}.jsonl`) }),
  });
  const random = Random.of(options.seed, `demo/${instanceId}`);
  return { role, machine, play: (signal) => play({ role, machine, random, isKnown }, signal) };
}

interface Cue extends Pick<ActorOptions, "isKnown"> {
  readonly role: Role;
  readonly machine: SimulatedMachine;
  readonly random: Random;
}

async function play({ role, machine, random, isKnown }: Cue, signal: AbortSignal): Promise<void> {
  const connected = () => machine.run({ signal, timeScale: TIME_SCALE, habitMs: FLAPS_EVERY_MS });
  switch (role.part) {
    case "gone":
      machine.peer.dial();
      await isKnown(role);
      return machine.peer.close();
    case "knocking":
    case "reinstalled":
    case "wrong-clock":
      return connected();
    case "busy":
      await Promise.all([connected(), hurry(machine, random, signal)]);
      return;
    case "steady":
    case "flapping":
      await Promise.all([connected(), live(machine, signal)]);
  }
}

/** In its rhythm, whatever the time of day. */
async function live(machine: SimulatedMachine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await wait(machine.step().waitMs, signal);
}

/** One backup after the other, each of which takes long enough to be watched. */
async function hurry(machine: SimulatedMachine, random: Random, signal: AbortSignal): Promise<void> {
  const { low, high } = BUSY_IDLE_SECONDS;
  // The first one begins as soon as somebody may look.
  let idleMs = random.between(1, low) * 1_000;
  while (!signal.aborted) {
    const { idle, waitMs } = machine.step();
    await wait(idle ? idleMs : waitMs, signal);
    if (idle) idleMs = random.between(low, high) * 1_000;
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

function sentBy({ sends = "everything" }: Role): { readonly hidden: (repoId: string) => boolean } {
  if (sends === "nothing") return { hidden: () => true };
  return { hidden: (repoId) => typeof sends === "object" && repoId === sends.allBut };
}

function grantsOf(sends: Sends = "everything"): readonly MachineGrant[] {
  const grant = (type: GrantType): MachineGrant => ({ type, scopes: ALL });
  switch (sends) {
    case "nothing":
      return [];
    case "history":
      return [grant(GrantType.PERMISSION_READ_OPERATIONS), grant(GrantType.PERMISSION_RECEIVE_SHARED_REPOS)];
    case "read-only":
      return [grant(GrantType.PERMISSION_READ_OPERATIONS), grant(GrantType.PERMISSION_READ_CONFIG)];
    default:
      return [grant(GrantType.PERMISSION_READ_WRITE_CONFIG), grant(GrantType.PERMISSION_RECEIVE_SHARED_REPOS)];
  }
}
