import { comingBackAt } from "./coming-back.js";
import { cureOf } from "./cures.js";
import { tooFew } from "./expectation.js";
import type { MachineFacts, RefusedFacts } from "./machine-facts.js";
import { type FleetSummary, type MachineHealth, MAX_JUDGED_PLANS } from "./machine-health.js";
import type { PlanHealth } from "./plan-health.js";
import { addSchedule, grantOperations, grantSchedules, lookAtSchedule, nameTheHub } from "./screens.js";
import { VERDICTS } from "./verdicts.js";
import { ago, count, moment, quoted, span } from "./words.js";

/** Why a verdict is what it is, and what to do about it; the latter is empty where nothing is to be done. */
export interface Explanation {
  readonly reason: string;
  readonly nextStep: string;
}

const RETURN_OR_REMOVE =
  "Check that it is switched on and has a network. If it left for good, remove it: its history stays.";
const COMES_BY_ITSELF = "The hub has just started: a Backrest may take 5 minutes to come back by itself.";

/** The verdict on a plan in a sentence, as of a time. */
export function explainPlan(plan: PlanHealth, machine: MachineFacts, nowMs: number): Explanation {
  switch (plan.verdict) {
    case "failing":
      return failing(plan, machine, nowMs);
    case "overdue":
      return overdue(plan, machine, nowMs);
    case "never":
      return never(plan, machine, nowMs);
    case "unknown":
      return unknown(plan, machine, nowMs);
    case "late":
      return said(
        `Was due ${moment(plan.expectation?.dueMs ?? 0)}, ${plan.expectation?.words ?? ""}. Grace until ${moment(plan.expectation?.graceUntilMs ?? 0)}.`,
      );
    case "paused":
      return said(`The schedule is off. ${lastSuccess(plan, nowMs)}.`);
    case "ok":
      if (plan.expectation === undefined) return said(`${lastSuccess(plan, nowMs)}; the next is being planned.`);
      return said(`${lastSuccess(plan, nowMs)}, due ${moment(plan.expectation.dueMs)}, ${plan.expectation.words}.`);
  }
}

/** The verdict on a machine: that of its worst plan, by name where it has several. */
export function explainMachine({ facts, plans, counts }: MachineHealth, nowMs: number): Explanation {
  const [worstPlan] = plans;
  if (worstPlan === undefined) return withoutPlans(facts, nowMs);
  const { reason, nextStep } = explainPlan(worstPlan, facts, nowMs);
  if (plans.length === 1 || worstPlan.missing === "history") return { reason, nextStep };
  const tally = VERDICTS.filter((verdict) => counts[verdict] > 0).map(
    (verdict) => `${counts[verdict]} ${nameOf(verdict)}`,
  );
  const known = facts.hidesPlans === true ? `The ${plans.length} plans that it sends` : `All ${plans.length} plans`;
  const all = worstPlan.verdict === "ok" ? `${known} are backed up.` : `${tally.join(", ")}.`;
  return {
    reason: worstPlan.verdict === "ok" ? all : `${worstPlan.planId}: ${reason} (${all.slice(0, -1)})`,
    nextStep,
  };
}

/** One sentence with one number. */
export function headline({ machines, needAttention, plans }: FleetSummary): string {
  if (machines === 0) return "No machine is enrolled yet";
  if (needAttention > 0) {
    return `${count(needAttention, "machine")} ${needAttention === 1 ? "needs" : "need"} attention`;
  }
  const total = VERDICTS.reduce((sum, verdict) => sum + plans[verdict], 0);
  if (total === 0 || plans.ok < total) return "No machine needs attention";
  return total === 1 ? "The one plan is backed up" : `All ${total} plans are backed up`;
}

function nameOf(verdict: string): string {
  return verdict === "ok" ? "OK" : verdict;
}

function failing({ planId, runs }: PlanHealth, machine: MachineFacts, nowMs: number): Explanation {
  const failures = runs?.failuresSince ?? 1;
  const message = runs?.lastFailure?.message ?? "";
  const what = failures === 1 ? "The last run failed" : `The last ${failures} runs failed`;
  const cause = message === "" ? "" : ` with “${quoted(message)}”`;
  const since = runs?.failingSinceMs === undefined ? "" : `, since ${moment(runs.failingSinceMs)}`;
  return {
    reason: `${what}${cause}${since}.${offline(machine, nowMs)}`,
    nextStep: cureOf(message, { planId, repoId: runs?.repoId ?? "" }),
  };
}

function overdue({ planId, lastGood, expectation }: PlanHealth, machine: MachineFacts, nowMs: number): Explanation {
  const due = expectation === undefined ? "" : `; it was due ${moment(expectation.dueMs)}, ${expectation.words}`;
  const reason = `No backup for ${span(nowMs - (lastGood?.startMs ?? nowMs))}${due}.${offline(machine, nowMs)}`;
  if (machine.connected) return { reason, nextStep: lookAtSchedule(planId, machine) };
  const nextStep = whereItIs(machine, nowMs);
  if (machine.settings.notAlwaysOn || nextStep === COMES_BY_ITSELF) return { reason, nextStep };
  return { reason, nextStep: `${nextStep} If it is often off, mark it “not always on”.` };
}

function never({ planId, runs, schedule }: PlanHealth, machine: MachineFacts, nowMs: number): Explanation {
  const since = `Enrolled ${ago(machine.enrolledMs, nowMs)} and no backup has succeeded`;
  const failures = runs?.failuresSince ?? 0;
  const message = runs?.lastFailure?.message ?? "";
  if (failures > 0) {
    const all = failures === 1 ? "the one run failed" : `all ${failures} runs failed`;
    const words = message === "" ? "" : ` with “${quoted(message)}”`;
    const nextStep = cureOf(message, { planId, repoId: runs?.repoId ?? "" });
    return { reason: `${since}: ${all}${words}.`, nextStep };
  }
  if (schedule?.kind === "disabled") {
    return { reason: `${since}: the plan has no schedule.`, nextStep: addSchedule(planId, machine) };
  }
  if (runs?.plannedMs !== undefined && runs.plannedMs > nowMs) {
    return { reason: `${since}: nothing has run. The first is planned for ${moment(runs.plannedMs)}.`, nextStep: "" };
  }
  const nextStep = machine.connected ? lookAtSchedule(planId, machine) : whereItIs(machine, nowMs);
  return { reason: `${since}: nothing has run.${offline(machine, nowMs)}`, nextStep };
}

function unknown(
  { planId, runs, schedule, missing, learning }: PlanHealth,
  machine: MachineFacts,
  nowMs: number,
): Explanation {
  if (missing === "history") return incoming(machine, nowMs);
  if (missing === "room") {
    return {
      reason: `That machine has ${count(machine.plans.length, "plan")}; the hub judges the first ${MAX_JUDGED_PLANS} by name.`,
      nextStep: "Remove plans on that machine that are not needed.",
    };
  }
  if (missing === "operations" || runs === undefined) {
    const all = machine.plans.length;
    const sent = machine.plans.filter((plan) => plan.runs !== undefined).length;
    if (sent === 0) {
      const { reason, nextStep } = sendsNothing(machine, nowMs);
      return { reason, nextStep: schedule?.kind === "disabled" ? `${nextStep} ${scheduleIt(planId)}` : nextStep };
    }
    return {
      reason: `It sends the operations of ${sent} of ${count(all, "plan")}; none of ${planId} came.`,
      nextStep: `${grantOperations(machine)} ${scheduleIt(planId)}`,
    };
  }
  const last = runs.good.at(-1);
  const when = last === undefined ? "" : `Last success ${ago(last.startMs, nowMs)}. `;
  if (learning !== undefined) {
    return {
      reason: `${when}${count(learning.backups, "backup")} so far; after ${learning.needed} the hub knows its rhythm.`,
      nextStep: `To know it at once, let the hub see the schedule. ${grantSchedules(machine)}`,
    };
  }
  return {
    reason: `${when}Nothing says when the next backup is due: ${tooFew(runs)}.`,
    nextStep: `Set a limit for this machine, or let the hub see the schedule. ${grantSchedules(machine)}`,
  };
}

function scheduleIt(planId: string): string {
  return `If it has that, give ${planId} a schedule there.`;
}

function withoutPlans(machine: MachineFacts, nowMs: number): Explanation {
  if (machine.lastSeenMs === undefined) {
    if (machine.refused !== undefined) return notLetIn(machine.refused);
    return {
      reason: `Enrolled ${ago(machine.enrolledMs, nowMs)}; it has not connected yet.`,
      nextStep: `${nameTheHub(machine)} \`backrest-hub connections refused\` says what else keeps it out.`,
    };
  }
  return machine.historyCame ? sendsNothing(machine, nowMs) : incoming(machine, nowMs);
}

function notLetIn({ sentence, cure }: RefusedFacts): Explanation {
  return { reason: sentence, nextStep: cure };
}

function incoming(machine: MachineFacts, nowMs: number): Explanation {
  const { connected, lastSeenMs, refused } = machine;
  if (connected) return said("Its history is still coming in.");
  if (lastSeenMs === undefined && refused !== undefined) return notLetIn(refused);
  if (lastSeenMs === undefined) return { reason: "It has not connected yet.", nextStep: RETURN_OR_REMOVE };
  return {
    reason: "Its history came in only in part; it goes on when the machine connects.",
    nextStep: whereItIs(machine, nowMs),
  };
}

function sendsNothing(machine: MachineFacts, nowMs: number): Explanation {
  const now = machine.connected ? "Connected, but it" : "It";
  return {
    reason: `${now} does not send its operations: nothing can be said about its backups.${offline(machine, nowMs)}`,
    nextStep: grantOperations(machine),
  };
}

function lastSuccess({ lastGood }: PlanHealth, nowMs: number): string {
  const warnings = lastGood?.warning === true ? ", with warnings" : "";
  return `Last success ${ago(lastGood?.startMs ?? nowMs, nowMs)}${warnings}`;
}

function offline(machine: MachineFacts, nowMs: number): string {
  const { connected, lastSeenMs } = machine;
  if (comingBackAt(machine, nowMs) !== undefined) return " It has yet to come back since the hub started.";
  return connected || lastSeenMs === undefined ? "" : ` Offline since ${moment(lastSeenMs)}.`;
}

/** What to do about a machine that is not there. */
function whereItIs(machine: MachineFacts, nowMs: number): string {
  return comingBackAt(machine, nowMs) === undefined ? RETURN_OR_REMOVE : COMES_BY_ITSELF;
}

function said(reason: string): Explanation {
  return { reason, nextStep: "" };
}
