import { Cron } from "croner";
import type { MachineFacts, PlanFacts } from "../../src/fleet/machine-facts.js";
import { DEFAULT_HEALTH_SETTINGS, type GoodRun, type PlanRuns } from "../../src/store/fleet.js";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const T0 = Date.UTC(2026, 0, 5, 3);

export function goodRun(startMs: number, over: Partial<GoodRun> = {}): GoodRun {
  return {
    operationId: BigInt(startMs),
    startMs,
    endMs: startMs + 20 * 60_000,
    warning: false,
    bytesAdded: 0n,
    ...over,
  };
}

export function runsOf(startsMs: readonly number[], over: Partial<PlanRuns> = {}): PlanRuns {
  const good = startsMs.map((startMs) => goodRun(startMs)).slice(-64);
  return { peerId: 1, planId: "home", repoId: "nas", good, failuresSince: 0, ...over };
}

export function planOf(over: Partial<PlanFacts> = {}): PlanFacts {
  return { planId: "home", ...over };
}

export function machineOf(plans: readonly PlanFacts[], over: Partial<MachineFacts> = {}): MachineFacts {
  return {
    instanceId: "laptop",
    enrolledMs: T0,
    settings: DEFAULT_HEALTH_SETTINGS,
    connected: true,
    lastSeenMs: T0,
    historyCame: true,
    plans,
    ...over,
  };
}

/** Every time of a cron expression by the clock of a zone. */
export function timesOf(expression: string, timezone: string, fromMs: number, count: number): number[] {
  const cron = new Cron(expression, { paused: true, timezone });
  return cron.nextRuns(count, new Date(fromMs)).map((date) => date.getTime());
}
