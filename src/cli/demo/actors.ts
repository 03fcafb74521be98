import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type MachineOptions, SimulatedMachine } from "../../client/simulate/machine.js";
import { habits } from "../../client/simulate/misbehaviour.js";
import { Random } from "../../client/simulate/random.js";
import type { Part, Role } from "./cast.js";

export interface ActorOptions extends Pick<MachineOptions, "seed" | "url" | "knownHosts" | "ca"> {
  /** Where the histories are kept; in memory by default. */
  readonly folder?: string;
}

export interface Actor {
  readonly role: Role;
  readonly machine: SimulatedMachine;
  /** Plays its part until the signal aborts. */
  play(signal: AbortSignal): Promise<void>;
}

const DAY_MS = 86_400_000;
const DAYS = 90;
const FAILING_DAYS = 10;
const STOPPED_DAYS = 23;
const AWAY_DAYS = 3;
/** How long the one that stops is there before: long enough for its history to be read. */
const STOPS_AFTER_MS = 4_000;
/** Seconds between two backups of a machine, in which a real one waits for its next hour. */
const IDLE_SECONDS = { low: 4, high: 20 } as const;
const BUSY_IDLE_SECONDS = { low: 1, high: 4 } as const;
const BUSY_BACKUP_SECONDS = { low: 20, high: 60 } as const;
const FLAPS_EVERY_MS = 5_000;
/** A real one beats every ten minutes, which is too long to look at. */
const HEARTBEAT_MS = 10_000;
/** No released Backrest has them; here they can be looked at. */
const CAPABILITIES = ["logs", "throttle"] as const;
/** Upstream's minutes of waiting become seconds. */
const TIME_SCALE = 1 / 60;

export function createActor(role: Role, { folder, ...options }: ActorOptions): Actor {
  const { instanceId, part, generation = "current", busy = false } = role;
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const machine = new SimulatedMachine({
    ...options,
    ...pastOf(part),
    instanceId,
    generation,
    days: DAYS,
    heartbeatMs: HEARTBEAT_MS,
    capabilities: CAPABILITIES,
    ...(busy ? { backupSeconds: BUSY_BACKUP_SECONDS } : {}),
    ...(folder === undefined ? {} : { file: join(folder, `${instanceId}.jsonl`) }),
  });
  const random = Random.of(options.seed, `demo/${instanceId}`);
  const play = async (signal: AbortSignal) => {
    if (part === "stopped" || part === "away") await stopSoon(machine, signal);
    else if (part === "paused") await machine.run({ signal, timeScale: TIME_SCALE, habitMs: FLAPS_EVERY_MS });
    else {
      const connected = machine.run({ signal, timeScale: TIME_SCALE, habitMs: FLAPS_EVERY_MS });
      await Promise.all([
        connected,
        backUpNowAndThen(machine, { random, idle: busy ? BUSY_IDLE_SECONDS : IDLE_SECONDS }, signal),
      ]);
    }
  };
  return { role, machine, play };
}

function pastOf(part: Part): Pick<MachineOptions, "failsSinceMs" | "untilMs" | "habit" | "schedulesOff"> {
  switch (part) {
    case "steady":
    case "unknown":
      return {};
    case "failing":
      return { failsSinceMs: Date.now() - FAILING_DAYS * DAY_MS };
    case "stopped":
      return { untilMs: Date.now() - STOPPED_DAYS * DAY_MS };
    case "never":
      return { failsSinceMs: 0 };
    case "away":
      return { untilMs: Date.now() - AWAY_DAYS * DAY_MS };
    case "paused":
      return { schedulesOff: true };
    case "flapping":
      return { habit: habits().flap };
    case "wrong-clock":
      return { habit: habits()["wrong-clock"] };
  }
}

async function stopSoon({ peer }: SimulatedMachine, signal: AbortSignal): Promise<void> {
  peer.dial();
  await sleep(STOPS_AFTER_MS, undefined, { signal }).catch(() => {});
  await peer.close();
}

interface Pauses {
  readonly random: Random;
  /** Seconds between two backups. */
  readonly idle: { readonly low: number; readonly high: number };
}

async function backUpNowAndThen(
  machine: SimulatedMachine,
  { random, idle }: Pauses,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = random.between(1, idle.low) * 1_000;
  while (!signal.aborted) {
    await sleep(waitMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const beat = machine.step();
    waitMs = beat.idle ? random.between(idle.low, idle.high) * 1_000 : beat.waitMs;
  }
}
