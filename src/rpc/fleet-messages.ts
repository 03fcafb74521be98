import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type BackupRunSchema,
  type CatchUpSchema,
  type ComingBackSchema,
  Certainty,
  DayResult,
  ExpectationSource,
  type ExpectationSchema,
  type FleetSummarySchema,
  type HealthSettingsSchema,
  type InstanceHealthSchema,
  type LearningSchema,
  type PlanHealthSchema,
  type RefusedMachineSchema,
  type RunningBackupSchema,
  Verdict,
} from "../../gen/hub/v1/fleet_pb.js";
import type { Expectation, ExpectationSource as Source } from "../fleet/expectation.js";
import { explainMachine, explainPlan, headline } from "../fleet/explain.js";
import type { Learning } from "../fleet/learning.js";
import type { CatchUpFacts, MachineFacts, RefusedFacts } from "../fleet/machine-facts.js";
import type { FleetSummary, MachineHealth } from "../fleet/machine-health.js";
import type { PlanHealth } from "../fleet/plan-health.js";
import type { Certainty as Sureness } from "../fleet/rhythm.js";
import { type Verdict as Judged, VERDICTS } from "../fleet/verdicts.js";
import type { BackupProgress, PlanRuns } from "../store/fleet.js";
import { causeMessage } from "./refused-message.js";

const VERDICT: Readonly<Record<Judged, Verdict>> = {
  failing: Verdict.FAILING,
  overdue: Verdict.OVERDUE,
  never: Verdict.NEVER,
  unknown: Verdict.UNKNOWN,
  late: Verdict.LATE,
  paused: Verdict.PAUSED,
  ok: Verdict.OK,
};
const SOURCE: Readonly<Record<Source, ExpectationSource>> = {
  schedule: ExpectationSource.SCHEDULE,
  planned: ExpectationSource.PLANNED,
  rhythm: ExpectationSource.RHYTHM,
  limit: ExpectationSource.LIMIT,
};
const CERTAINTY: Readonly<Record<Sureness, Certainty>> = {
  sure: Certainty.SURE,
  "fairly sure": Certainty.FAIRLY_SURE,
  unsure: Certainty.UNSURE,
};

export function summaryMessage(summary: FleetSummary): MessageInitShape<typeof FleetSummarySchema> {
  const { machines, needAttention, snoozed, ignored, running, comingBack } = summary;
  return {
    verdict: VERDICT[summary.verdict],
    headline: headline(summary),
    machines,
    needAttention,
    snoozed,
    ignored,
    plans: VERDICTS.map((verdict) => ({ verdict: VERDICT[verdict], count: summary.plans[verdict] })),
    plansLearning: summary.learning,
    plansWithWarnings: summary.withWarnings,
    running,
    ...(comingBack === undefined ? {} : { comingBack: comingBackMessage(comingBack) }),
  };
}

function comingBackMessage({
  machines,
  hubStartedMs,
  untilMs,
}: NonNullable<FleetSummary["comingBack"]>): MessageInitShape<typeof ComingBackSchema> {
  return { machines, hubStarted: timestampFromMs(hubStartedMs), until: timestampFromMs(untilMs) };
}

/** @param nowMs for the sentences, which say how long ago things were */
export function instanceHealth(machine: MachineHealth, nowMs: number): MessageInitShape<typeof InstanceHealthSchema> {
  const { facts, verdict, needsAttention, comingBack, plans } = machine;
  return {
    instanceId: facts.instanceId,
    verdict: VERDICT[verdict],
    ...explainMachine(machine, nowMs),
    needsAttention,
    connected: facts.connected,
    ...(facts.lastSeenMs === undefined ? {} : { lastSeen: timestampFromMs(facts.lastSeenMs) }),
    ...(facts.presenceSinceMs === undefined ? {} : { presenceSince: timestampFromMs(facts.presenceSinceMs) }),
    ...(facts.catchUp === undefined ? {} : { catchUp: catchUpMessage(facts.catchUp) }),
    ...(facts.refused === undefined ? {} : { refused: refusedMachine(facts.refused) }),
    ...(comingBack === undefined ? {} : { comingBackUntil: timestampFromMs(comingBack.untilMs) }),
    enrolledAt: timestampFromMs(facts.enrolledMs),
    plans: plans.map((plan) => planMessage(plan, facts, nowMs)),
    settings: settingsMessage(machine),
  };
}

function planMessage(plan: PlanHealth, facts: MachineFacts, nowMs: number): MessageInitShape<typeof PlanHealthSchema> {
  const { planId, verdict, runs, expectation, learning, runningSinceMs, progress } = plan;
  const [lastSuccess, lastRun] = [successOf(plan), lastRunOf(plan)];
  return {
    planId,
    repoId: runs?.repoId ?? "",
    verdict: VERDICT[verdict],
    ...explainPlan(plan, facts, nowMs),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    ...(lastRun === undefined ? {} : { lastRun }),
    failuresSince: runs?.failuresSince ?? 0,
    ...(runs?.failingSinceMs === undefined ? {} : { failingSince: timestampFromMs(runs.failingSinceMs) }),
    ...(progress === undefined ? {} : { running: runningMessage(progress) }),
    ...(runningSinceMs === undefined ? {} : { runningSince: timestampFromMs(runningSinceMs) }),
    ...(expectation === undefined ? {} : { expectation: expectationMessage(expectation) }),
    ...(learning === undefined ? {} : { learning: learningMessage(learning) }),
  };
}

/** What a peer sends live comes beside what it is asked for, and is not told apart. */
function catchUpMessage({ first, received, expected }: CatchUpFacts): MessageInitShape<typeof CatchUpSchema> {
  if (expected === undefined) return { first, received: BigInt(received) };
  return { first, received: BigInt(Math.min(received, expected)), expected: BigInt(expected) };
}

function refusedMachine(refused: RefusedFacts): MessageInitShape<typeof RefusedMachineSchema> {
  const { id, cause, sentence, cure, lastMs, count } = refused;
  const lastSeen = timestampFromMs(lastMs);
  return { refusedId: id, cause: causeMessage(cause), sentence, cure, lastSeen, count: BigInt(count) };
}

function runningMessage(progress: BackupProgress): MessageInitShape<typeof RunningBackupSchema> {
  const { operationId, fractionDone, bytesDone, totalBytes, filesDone, totalFiles } = progress;
  return { operationId, fractionDone, bytesDone, totalBytes, filesDone, totalFiles };
}

type RunInit = MessageInitShape<typeof BackupRunSchema>;

function successOf({ lastGood }: PlanHealth): RunInit | undefined {
  if (lastGood === undefined) return undefined;
  const { warning, bytesAdded } = lastGood;
  return { ...runTimes(lastGood), result: warning ? DayResult.WARNING : DayResult.OK, bytesAdded };
}

function lastRunOf(plan: PlanHealth): RunInit | undefined {
  const failure = plan.runs?.lastFailure;
  if (failure === undefined || failure.startMs <= (plan.lastGood?.startMs ?? 0)) return successOf(plan);
  return { ...runTimes(failure), result: DayResult.FAILED, message: failure.message };
}

function runTimes({ operationId, startMs, endMs }: PlanRuns["good"][number] | NonNullable<PlanRuns["lastFailure"]>) {
  return { operationId, start: timestampFromMs(startMs), end: timestampFromMs(endMs) };
}

function expectationMessage(expectation: Expectation): MessageInitShape<typeof ExpectationSchema> {
  const { source, dueMs, graceUntilMs, periodMs, certainty, words } = expectation;
  return {
    source: SOURCE[source],
    due: timestampFromMs(dueMs),
    graceUntil: timestampFromMs(graceUntilMs),
    period: durationFromMs(periodMs),
    ...(certainty === undefined ? {} : { certainty: CERTAINTY[certainty] }),
    words,
  };
}

function learningMessage({ backups, needed, untilMs }: Learning): MessageInitShape<typeof LearningSchema> {
  return { backups, needed, until: timestampFromMs(untilMs) };
}

function settingsMessage({ facts, snoozedUntilMs }: MachineHealth): MessageInitShape<typeof HealthSettingsSchema> {
  const { notAlwaysOn, graceMs, limitMs, ignored } = facts.settings;
  return {
    notAlwaysOn,
    ignored,
    ...(graceMs === undefined ? {} : { grace: durationFromMs(graceMs) }),
    ...(limitMs === undefined ? {} : { limit: durationFromMs(limitMs) }),
    ...(snoozedUntilMs === undefined ? {} : { snoozedUntil: timestampFromMs(snoozedUntilMs) }),
  };
}
