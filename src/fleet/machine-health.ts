import { type ComingBack, comingBackAt } from "./coming-back.js";
import type { MachineFacts } from "./machine-facts.js";
import { judgePlan, needsAttention, type PlanHealth } from "./plan-health.js";
import { countVerdicts, type Verdict, type VerdictCounts, VERDICTS, worst } from "./verdicts.js";

/** A machine with its verdicts at a time. */
export interface MachineHealth {
  readonly facts: MachineFacts;
  /** The worst of its plans; `unknown` of a machine without any. */
  readonly verdict: Verdict;
  /** False also while it is snoozed, and when it is ignored: the verdict stays what it is. */
  readonly needsAttention: boolean;
  /** Set while it is snoozed. */
  readonly snoozedUntilMs?: number;
  /** Set while it may still be on its way back to a hub that has just started. */
  readonly comingBack?: ComingBack;
  /** The worst first, of one verdict those that need attention, then by name. */
  readonly plans: readonly PlanHealth[];
  readonly counts: VerdictCounts;
  /** When time alone changes any of this; Infinity for never. */
  readonly changesMs: number;
}

/**
 * Plans of one machine that are judged; a verdict is work, and no machine may keep the hub from everything else by
 * naming plans. What lies behind is `unknown`.
 */
export const MAX_JUDGED_PLANS = 500;

export function judgeMachine(facts: MachineFacts, nowMs: number): MachineHealth {
  const { ignored, snoozedUntilMs } = facts.settings;
  const plans = facts.plans
    .map((plan, n) => (n < MAX_JUDGED_PLANS ? judgePlan(plan, facts, nowMs) : notJudged(plan.planId)))
    .sort(byVerdict);
  const verdict = worst(plans.map((plan) => plan.verdict));
  const comingBack = comingBackAt(facts, nowMs);
  const snoozed = snoozedUntilMs !== undefined && snoozedUntilMs > nowMs;
  return {
    facts,
    verdict,
    needsAttention: (plans.length === 0 || plans.some(needsAttention)) && !ignored && !snoozed,
    ...(snoozed ? { snoozedUntilMs } : {}),
    ...(comingBack === undefined ? {} : { comingBack }),
    plans,
    counts: countVerdicts(plans.map((plan) => plan.verdict)),
    changesMs: Math.min(
      ...plans.map(({ changesMs }) => changesMs),
      snoozed ? snoozedUntilMs : Number.POSITIVE_INFINITY,
      comingBack?.untilMs ?? Number.POSITIVE_INFINITY,
    ),
  };
}

/** The whole fleet in figures. Who is ignored counts for nothing, who is snoozed has no say in the verdict. */
export interface FleetSummary {
  /** The worst of the machines that are neither ignored nor snoozed; `ok` without any. */
  readonly verdict: Verdict;
  readonly machines: number;
  readonly needAttention: number;
  readonly snoozed: number;
  readonly ignored: number;
  /** Plans by verdict. */
  readonly plans: VerdictCounts;
  /** Plans whose rhythm is being learned. */
  readonly learning: number;
  /** Plans whose last good backup had warnings. */
  readonly withWarnings: number;
  readonly running: number;
  /** Machines that may still be on their way back to a hub that has just started; absent when there are none. */
  readonly comingBack?: ComingBack & { readonly machines: number };
}

export function summarize(machines: Iterable<MachineHealth>): FleetSummary {
  const all = [...machines];
  const counted = all.filter(({ facts }) => !facts.settings.ignored);
  const heard = counted.filter(({ snoozedUntilMs }) => snoozedUntilMs === undefined);
  const back = counted.flatMap(({ comingBack }) => comingBack ?? []);
  const plans = counted.flatMap((machine) => machine.plans);
  return {
    verdict: heard.length === 0 ? "ok" : worst(heard.map(({ verdict }) => verdict)),
    machines: all.length,
    needAttention: counted.filter((machine) => machine.needsAttention).length,
    snoozed: counted.length - heard.length,
    ignored: all.length - counted.length,
    plans: countVerdicts(plans.map(({ verdict }) => verdict)),
    learning: plans.filter(({ learning }) => learning !== undefined).length,
    withWarnings: plans.filter(({ lastGood }) => lastGood?.warning === true).length,
    running: plans.filter(({ runningSinceMs }) => runningSinceMs !== undefined).length,
    ...(back[0] === undefined ? {} : { comingBack: { ...back[0], machines: back.length } }),
  };
}

function notJudged(planId: string): PlanHealth {
  return { planId, verdict: "unknown", missing: "room", changesMs: Number.POSITIVE_INFINITY };
}

function byVerdict(a: PlanHealth, b: PlanHealth): number {
  return (
    VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
    Number(needsAttention(b)) - Number(needsAttention(a)) ||
    (a.planId < b.planId ? -1 : 1)
  );
}
