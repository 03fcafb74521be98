import type { BackupProgress, GoodRun, HealthSettings, PlanRuns } from "../store/fleet.js";
import { type Expectation, expectNext } from "./expectation.js";
import { type Learning, learningOf } from "./learning.js";
import type { MachineFacts, PlanFacts } from "./machine-facts.js";
import { isTrouble, type Verdict } from "./verdicts.js";

/** Why a verdict is `unknown`. */
export type Missing = "history" | "operations" | "expectation" | "room";

/** A plan with its verdict; the sentences are made of it when they are read, since they say how long ago things were. */
export interface PlanHealth {
  readonly planId: string;
  readonly verdict: Verdict;
  readonly missing?: Missing;
  readonly runs?: PlanRuns;
  readonly schedule?: PlanFacts["schedule"];
  readonly lastGood?: GoodRun;
  readonly expectation?: Expectation;
  /** Nothing else is missing than an expectation, and it comes by itself. */
  readonly learning?: Learning;
  /** A backup runs, as a machine with a live session says. */
  readonly runningSinceMs?: number;
  readonly progress?: BackupProgress;
  /** When time alone makes this another verdict; Infinity for never. */
  readonly changesMs: number;
}

/** What runs behind a due time within this is on time: nobody wants to hear of each of these minutes. */
const PUNCTUAL_MS = 5 * 60_000;
/** A start that is further ahead is a wrong clock's. */
const CLOCK_TOLERANCE_MS = 3_600_000;
const NEVER_CHANGES = Number.POSITIVE_INFINITY;

/** The verdict on one plan at a time. */
export function judgePlan(plan: PlanFacts, machine: MachineFacts, nowMs: number): PlanHealth {
  const runs = plan.runs === undefined ? undefined : happened(plan.runs, nowMs);
  const lastGood = runs?.good.at(-1);
  const running = machine.connected ? runs?.running : undefined;
  const runningSinceMs = running?.startMs;
  const progress = running === undefined ? undefined : machine.progress?.get(running.operationId);
  const known = {
    planId: plan.planId,
    ...(plan.schedule === undefined ? {} : { schedule: plan.schedule }),
    ...(runs === undefined ? {} : { runs }),
    ...(lastGood === undefined ? {} : { lastGood }),
    ...(runningSinceMs === undefined ? {} : { runningSinceMs }),
    ...(progress === undefined ? {} : { progress }),
    changesMs: NEVER_CHANGES,
  };
  if (!machine.historyCame) return { ...known, verdict: "unknown", missing: "history" };
  if (runs === undefined && !(plan.schedule?.kind === "disabled" && sendsOperations(machine))) {
    return { ...known, verdict: "unknown", missing: "operations" };
  }
  if (runs === undefined || lastGood === undefined) return { ...known, verdict: "never" };
  if (plan.schedule?.kind === "disabled") return { ...known, verdict: "paused" };
  const expectation = expectationOf(plan, runs, machine.settings);
  if (runs.failuresSince > 0) return { ...known, ...expectation, verdict: "failing" };
  if (expectation.expectation === undefined) return { ...known, ...withoutExpectation(plan, runs, nowMs) };
  return { ...known, ...expectation, ...byTime(expectation.expectation, runningSinceMs !== undefined, nowMs) };
}

/** Whether somebody has to look at a plan; while its rhythm is being learned nothing is wrong, and nothing promised. */
export function needsAttention({ verdict, learning }: PlanHealth): boolean {
  return isTrouble(verdict) && learning === undefined;
}

function withoutExpectation(
  { plansNextByMs = 0 }: PlanFacts,
  runs: PlanRuns,
  nowMs: number,
): Pick<PlanHealth, "verdict" | "missing" | "learning" | "changesMs"> {
  if (nowMs < plansNextByMs) return { verdict: "ok", changesMs: plansNextByMs };
  const learning = learningOf(runs, nowMs);
  const unknown = { verdict: "unknown", missing: "expectation" } as const;
  if (learning === undefined) return { ...unknown, changesMs: NEVER_CHANGES };
  return { ...unknown, learning, changesMs: learning.untilMs };
}

/** Of a machine that sends nothing it is not even known that nothing ran. */
function sendsOperations({ plans }: MachineFacts): boolean {
  return plans.some(({ runs }) => runs !== undefined);
}

function expectationOf(
  { schedule }: PlanFacts,
  runs: PlanRuns,
  settings: HealthSettings,
): { readonly expectation?: Expectation } {
  const expectation = expectNext({ runs, settings, ...(schedule === undefined ? {} : { schedule }) });
  return expectation === undefined ? {} : { expectation };
}

function byTime(
  { dueMs, graceUntilMs }: Expectation,
  runs: boolean,
  nowMs: number,
): Pick<PlanHealth, "verdict" | "changesMs"> {
  // What runs is not late, but it may still be overdue.
  const lateMs = runs ? graceUntilMs : Math.min(dueMs + PUNCTUAL_MS, graceUntilMs);
  if (nowMs < lateMs) return { verdict: "ok", changesMs: lateMs };
  if (nowMs < graceUntilMs) return { verdict: "late", changesMs: graceUntilMs };
  return { verdict: "overdue", changesMs: NEVER_CHANGES };
}

/** Backups that began in the future are a wrong clock's, and must not keep a plan green for years. */
function happened(runs: PlanRuns, nowMs: number): PlanRuns {
  const latestMs = nowMs + CLOCK_TOLERANCE_MS;
  const last = runs.good.at(-1);
  if (last === undefined || last.startMs <= latestMs) return runs;
  return { ...runs, good: runs.good.filter(({ startMs }) => startMs <= latestMs) };
}
