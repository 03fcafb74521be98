import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type InstanceHealth, type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { at, clock, date, dayNumber, near, span } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";

/** What comes next for a plan, where none of its backups runs. */
export interface NextWords {
  readonly words: string;
  /** Nothing is to be done, so it is said quietly. */
  readonly quiet: boolean;
  /** Something is missing on that machine; its page says what. */
  readonly missing?: boolean;
}

export function nextOf(
  plan: PlanHealth | undefined,
  machine: InstanceHealth,
  nowMs: number,
  where: Where = HERE,
): NextWords {
  if (machine.catchUp?.first === true) return { words: "its history is coming in", quiet: true };
  if (plan?.learning !== undefined) return { words: `known after ${plan.learning.needed} backups`, quiet: true };
  if (plan === undefined || plan.verdict === Verdict.UNKNOWN)
    return { words: "What is missing", quiet: false, missing: true };
  if (plan.verdict === Verdict.PAUSED) return { words: "the schedule is off", quiet: true };
  const { expectation } = plan;
  if (expectation?.due === undefined)
    return { words: plan.verdict === Verdict.OK ? "being planned" : "nothing says when", quiet: true };
  const dueMs = timestampMs(expectation.due);
  const graceMs = expectation.graceUntil === undefined ? dueMs : timestampMs(expectation.graceUntil);
  if (plan.verdict === Verdict.LATE)
    return { words: `was due ${past(dueMs, nowMs, where)}, grace until ${until(graceMs, nowMs, where)}`, quiet: false };
  if (dueMs <= nowMs) return { words: `was due ${past(dueMs, nowMs, where)}`, quiet: plan.verdict === Verdict.OK };
  if (plan.verdict === Verdict.FAILING) return { words: `next try ${at(dueMs, nowMs, where)}`, quiet: false };
  // A machine that is often off is not expected at a moment.
  if (machine.settings?.notAlwaysOn === true) return { words: `expected within ${span(graceMs - nowMs)}`, quiet: true };
  return { words: `due ${near(dueMs, nowMs, where)}`, quiet: true };
}

/** With its time of day also where that was days ago. */
function past(atMs: number, nowMs: number, where: Where): string {
  const days = dayNumber(atMs, where) - dayNumber(nowMs, where);
  return days >= -1 ? near(atMs, nowMs, where) : `${date(atMs, nowMs, where)}, ${clock(atMs, where)}`;
}

/** The end of a grace: only the day where it is not today or tomorrow. */
function until(atMs: number, nowMs: number, where: Where): string {
  const words = near(atMs, nowMs, where);
  return dayNumber(atMs, where) - dayNumber(nowMs, where) > 1 ? words.replace(/, .*/u, "") : words;
}
