import type { RefusalCause } from "../refusal.js";
import type { BackupProgress, HealthSettings, PlanRuns } from "../store/fleet.js";
import type { Generation } from "../store/store.js";
import type { ComingBack } from "./coming-back.js";
import type { PlanSchedule } from "./schedule.js";

/** All that verdicts of a machine are made from, beside the time. */
export interface MachineFacts {
  readonly instanceId: string;
  readonly enrolledMs: number;
  /** Of its key; absent where that is not known. */
  readonly generation?: Generation;
  readonly settings: HealthSettings;
  /** Whether it has a live session. */
  readonly connected: boolean;
  /** When anything last came from it. */
  readonly lastSeenMs?: number;
  /** Whether its whole history has come in once; later passes keep nobody waiting. */
  readonly historyCame: boolean;
  /** Since when it is connected or is not; absent where that is not known. */
  readonly presenceSinceMs?: number;
  /** It had its session when the hub stopped, and none since. */
  readonly comingBack?: ComingBack;
  /** While its history is coming in. */
  readonly catchUp?: CatchUpFacts;
  /** Why it was refused since it was last connected. */
  readonly refused?: RefusedFacts;
  /** How far its backups are that run, by operation. */
  readonly progress?: ReadonlyMap<bigint, BackupProgress>;
  readonly plans: readonly PlanFacts[];
  /** It sends operations and names no plan, as one does that grants single repos: there may be plans that nobody knows of. */
  readonly hidesPlans?: true;
}

export interface CatchUpFacts {
  readonly first: boolean;
  readonly received: number;
  /** Absent while nobody knows how many there are. */
  readonly expected?: number;
}

/** An entry of the record of refused connections, in words. */
export interface RefusedFacts {
  readonly id: string;
  readonly cause: RefusalCause;
  readonly sentence: string;
  readonly cure: string;
  readonly lastMs: number;
  readonly count: number;
}

export interface PlanFacts {
  readonly planId: string;
  /** Of the machine's configuration; absent where that cannot be read. */
  readonly schedule?: PlanSchedule;
  /** Absent when no backup of it ever came. */
  readonly runs?: PlanRuns;
  /** One has just ended, and by then the machine has most likely said when the next is planned. */
  readonly plansNextByMs?: number;
}

/** What a machine says of its plans. */
export interface KnownPlans {
  /** Named in its list of resources; absent when none ever came. */
  readonly listed?: readonly string[];
  /** By plan, from its configuration; a schedule that is not understood is there without a value. */
  readonly configured?: ReadonlyMap<string, PlanSchedule | undefined>;
  readonly runs: readonly PlanRuns[];
  /** By plan, as {@link PlanFacts.plansNextByMs}. */
  readonly plansNextByMs?: ReadonlyMap<string, number>;
}

/**
 * The plans that a machine has. One that it neither names nor has planned any more was deleted there; a machine that
 * sends operations by repo names no plan at all, and is known by what it sends.
 */
export function plansOf({ listed, configured, runs, plansNextByMs }: KnownPlans): PlanFacts[] {
  const byPlan = new Map(runs.map((run) => [run.planId, run]));
  const named = new Set([...(listed ?? []), ...(configured?.keys() ?? [])]);
  const present = runs.filter(
    ({ planId, plannedMs, running }) =>
      named.has(planId) || named.size === 0 || plannedMs !== undefined || running !== undefined,
  );
  const planIds = new Set([...named, ...present.map(({ planId }) => planId)]);
  return [...planIds].sort().map((planId) => {
    const own = byPlan.get(planId);
    const schedule = configured?.get(planId);
    const nextByMs = plansNextByMs?.get(planId);
    return {
      planId,
      ...(schedule === undefined ? {} : { schedule }),
      ...(own === undefined ? {} : { runs: own }),
      ...(nextByMs === undefined ? {} : { plansNextByMs: nextByMs }),
    };
  });
}
