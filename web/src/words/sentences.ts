import { timestampMs } from "@bufbuild/protobuf/wkt";
import { DayResult, type InstanceHealth, type PlanHealth, Verdict } from "../../../gen/hub/v1/fleet_pb.js";
import { isComingBack } from "./presence.js";
import { ago, moment, near, span } from "./times.js";
import { HERE, type Where } from "./where.js";

/** Why a verdict is what it is, and what to do; without the second where nothing is to be done. */
export interface Explained {
  readonly why: string;
  readonly what: string;
}

/**
 * The hub's sentences, with times in the reader's own zone and ages as of now. Where a sentence has neither, it is the
 * hub's own.
 */
export function explain(plan: PlanHealth, machine: InstanceHealth, nowMs: number, where: Where = HERE): Explained {
  const why = sentence(plan, machine, nowMs, where);
  return { why: why ?? localised(plan.reason, machine, nowMs, where), what: plan.nextStep };
}

/** As the hub ends a sentence about a machine that is away: in UTC, since it does not know who reads it. */
const OFFLINE_UTC = / Offline since [^.]+ UTC\.$/u;

function localised(reason: string, machine: InstanceHealth, nowMs: number, where: Where): string {
  return reason.replace(OFFLINE_UTC, () => offline(machine, nowMs, where));
}

function sentence(plan: PlanHealth, machine: InstanceHealth, nowMs: number, where: Where): string | undefined {
  const { verdict, lastSuccess, lastRun, failuresSince, failingSince, expectation } = plan;
  const successMs = lastSuccess?.start === undefined ? undefined : timestampMs(lastSuccess.start);
  const dueMs = expectation?.due === undefined ? undefined : timestampMs(expectation.due);
  const graceMs = expectation?.graceUntil === undefined ? undefined : timestampMs(expectation.graceUntil);
  switch (verdict) {
    case Verdict.FAILING: {
      const runs = failuresSince === 1 ? "The last run failed" : `The last ${failuresSince} runs failed`;
      const cause = lastRun === undefined || lastRun.message === "" ? "" : `: ${oneLine(lastRun.message)}`;
      const since = failingSince === undefined ? "" : `, since ${moment(timestampMs(failingSince), nowMs, where)}`;
      return `${runs}${since}${cause}.${offline(machine, nowMs, where)}`;
    }
    case Verdict.OVERDUE: {
      if (successMs === undefined) return undefined;
      const words = expectation?.words ? ` (${expectation.words})` : "";
      const due = dueMs === undefined ? "" : `; it was due ${moment(dueMs, nowMs, where)}${words}`;
      return `No backup for ${span(nowMs - successMs)}${due}.${offline(machine, nowMs, where)}`;
    }
    case Verdict.LATE:
      if (dueMs === undefined || graceMs === undefined) return undefined;
      return `Was due ${moment(dueMs, nowMs, where)}. Grace until ${near(graceMs, nowMs, where)}.`;
    case Verdict.PAUSED:
      return successMs === undefined
        ? "The schedule is off."
        : `The schedule is off. Last success ${ago(successMs, nowMs)}.`;
    case Verdict.OK: {
      if (successMs === undefined) return undefined;
      const warnings = lastSuccess?.result === DayResult.WARNING ? ", with warnings" : "";
      const due = dueMs === undefined ? "" : `, due ${near(dueMs, nowMs, where)}`;
      return `Last success ${ago(successMs, nowMs)}${warnings}${due}.`;
    }
    case Verdict.UNKNOWN:
      // The hub's sentence begins with an age, which would stand still.
      if (successMs === undefined || !plan.reason.startsWith("Last success ")) return undefined;
      return plan.reason.replace(/^Last success [^.]*\./u, `Last success ${ago(successMs, nowMs)}.`);
    default:
      return undefined;
  }
}

function offline(machine: InstanceHealth, nowMs: number, where: Where): string {
  if (isComingBack(machine, nowMs)) return " It has yet to come back since the hub started.";
  const { connected, presenceSince, lastSeen } = machine;
  const at = presenceSince ?? lastSeen;
  return connected || at === undefined ? "" : ` Offline since ${moment(timestampMs(at), nowMs, where)}.`;
}

/** Words of a machine in a sentence: one line, without the full stop at its end. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim().replace(/\.$/u, "");
}
