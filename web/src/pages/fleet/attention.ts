import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type InstanceHealth, type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { explain, oneLine } from "../../words/sentences.js";
import { isComingBack } from "../../words/presence.js";
import { many } from "../../words/sizes.js";
import { span } from "../../words/times.js";
import { needsAttention } from "../../words/verdicts.js";
import { HERE, type Where } from "../../words/where.js";

/** A machine that somebody has to look after. */
export interface AttentionEntry {
  readonly machine: InstanceHealth;
  /** Its plans that need attention; none where no plan is known. */
  readonly plans: readonly PlanHealth[];
  /** The one that is spoken of: of the worst verdict the one that has been without a backup the longest. */
  readonly plan: PlanHealth | undefined;
  readonly verdict: Verdict;
  /** Since when it has had no backup; undefined where nothing is known. */
  readonly sinceMs: number | undefined;
}

/** Who needs attention, the longest without a backup first; of whom nothing is known comes last. */
export function needAttention(machines: Iterable<InstanceHealth>): AttentionEntry[] {
  const entries: AttentionEntry[] = [];
  for (const machine of machines) if (machine.needsAttention) entries.push(entryOf(machine));
  return entries.toSorted(
    (a, b) =>
      (a.sinceMs ?? Number.MAX_SAFE_INTEGER) - (b.sinceMs ?? Number.MAX_SAFE_INTEGER) ||
      (a.machine.instanceId < b.machine.instanceId ? -1 : 1),
  );
}

/** What is said of a machine that needs attention. */
export function entryOf(machine: InstanceHealth): AttentionEntry {
  const plans = machine.plans.filter(needsAttention);
  const worst = plans.filter(({ verdict }) => verdict === plans[0]?.verdict);
  const since = (plan: PlanHealth) => withoutSince(plan, machine) ?? Number.MAX_SAFE_INTEGER;
  const plan = worst.toSorted((a, b) => since(a) - since(b))[0];
  return {
    machine,
    plans,
    plan,
    verdict: plan?.verdict ?? machine.verdict,
    sinceMs: plan === undefined ? undefined : withoutSince(plan, machine),
  };
}

/** Since when a plan has been without a backup; undefined where nobody can say. */
function withoutSince({ lastSuccess, verdict }: PlanHealth, { enrolledAt }: InstanceHealth): number | undefined {
  if (lastSuccess?.start !== undefined) return timestampMs(lastSuccess.start);
  return verdict === Verdict.NEVER && enrolledAt !== undefined ? timestampMs(enrolledAt) : undefined;
}

export interface Gap {
  /** The largest thing at the right edge: `12 d`, or `?`. */
  readonly age: string;
  readonly words: string;
}

export function gapOf({ sinceMs, plan, verdict }: AttentionEntry, nowMs: number): Gap {
  if (sinceMs === undefined) return { age: "?", words: "nothing is known" };
  const age = span(nowMs - sinceMs);
  if (verdict === Verdict.NEVER) return { age, words: "without a first" };
  if (verdict === Verdict.FAILING && plan !== undefined && plan.failuresSince > 1)
    return { age, words: `${many(plan.failuresSince, "failure")} since` };
  return { age, words: "since a backup" };
}

export interface AttentionWords {
  readonly why: string;
  readonly what: string;
}

/** Why, and what to do; a machine that is not let in needs that first. */
export function attentionWords({ machine, plan }: AttentionEntry, nowMs: number, where: Where = HERE): AttentionWords {
  const { why, what } =
    plan === undefined ? { why: machine.reason, what: machine.nextStep } : explain(plan, machine, nowMs, where);
  const { refused } = machine;
  if (refused === undefined || machine.connected) return { why, what };
  // The hub says the same of a machine of which it knows nothing else.
  if (why === refused.sentence) return { why, what: refused.cure };
  return { why: `${why} The hub refuses it: ${oneLine(refused.sentence)}.`, what: refused.cure };
}

/** What the one button of an entry does. */
export type NextButton =
  | { readonly kind: "refused" }
  | { readonly kind: "run"; readonly plan: PlanHealth; readonly operationId: bigint }
  | { readonly kind: "not-always-on" }
  | { readonly kind: "show-how" }
  | { readonly kind: "open" };

/** Who has been away for longer than this has most likely not just been switched off. */
const OFTEN_OFF_MS = 7 * 86_400_000;

export function buttonOf({ machine, plan, verdict }: AttentionEntry, nowMs: number): NextButton {
  if (machine.refused !== undefined && !machine.connected) return { kind: "refused" };
  if ((verdict === Verdict.FAILING || verdict === Verdict.NEVER) && plan?.lastRun !== undefined)
    return { kind: "run", plan, operationId: plan.lastRun.operationId };
  if (verdict === Verdict.UNKNOWN && machine.lastSeen !== undefined) return { kind: "show-how" };
  const gone = machine.presenceSince ?? machine.lastSeen;
  const away =
    !machine.connected &&
    !isComingBack(machine, nowMs) &&
    gone !== undefined &&
    nowMs - timestampMs(gone) < OFTEN_OFF_MS;
  if (verdict === Verdict.OVERDUE && away && machine.settings?.notAlwaysOn !== true) return { kind: "not-always-on" };
  return { kind: "open" };
}

/** Machines that need attention and are not told of, since somebody said so. */
export interface SetAside {
  readonly snoozed: readonly InstanceHealth[];
  readonly ignored: readonly InstanceHealth[];
}

export function setAside(machines: Iterable<InstanceHealth>): SetAside {
  const snoozed: InstanceHealth[] = [];
  const ignored: InstanceHealth[] = [];
  for (const machine of machines) {
    if (machine.settings?.ignored === true) ignored.push(machine);
    else if (machine.settings?.snoozedUntil !== undefined) snoozed.push(machine);
  }
  const until = ({ settings }: InstanceHealth) =>
    settings?.snoozedUntil === undefined ? 0 : timestampMs(settings.snoozedUntil);
  return { snoozed: snoozed.toSorted((a, b) => until(a) - until(b)), ignored };
}
