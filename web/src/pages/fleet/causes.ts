import { Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { oneLine } from "../../words/sentences.js";
import { many } from "../../words/sizes.js";
import { moment, span } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";
import { type AttentionEntry, attentionWords } from "./attention.js";

/** Machines that need attention for the same reason. */
export interface Cause {
  readonly key: string;
  readonly verdict: Verdict;
  /** The longest without a backup first. */
  readonly entries: readonly AttentionEntry[];
  readonly why: string;
  readonly what: string;
  /** As {@link AttentionEntry.sinceMs}, of the one that has gone the longest. */
  readonly sinceMs: number | undefined;
}

/** From so many machines on in the whole fleet, they are grouped unless somebody wants it otherwise. */
export const GROUPED_FROM = 50;

/** A message that this many machines have in common is one cause; the rest are failures of their own. */
const SHARED_BY = 2;

/** The causes, the one with the longest gap first within the order of verdicts. */
export function causesOf(entries: readonly AttentionEntry[], nowMs: number, where: Where = HERE): Cause[] {
  const groups = new Map<string, AttentionEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  const single: AttentionEntry[] = [];
  for (const [key, group] of [...groups]) {
    if (!key.startsWith("failing:") || group.length >= SHARED_BY) continue;
    single.push(...group);
    groups.delete(key);
  }
  const causes = [...groups].map(([key, group]) => causeOf(key, group, nowMs, where));
  if (single.length > 0) causes.push(causeOf("failing", inOrder(single), nowMs, where));
  return causes.toSorted((a, b) => a.verdict - b.verdict || b.entries.length - a.entries.length);
}

function keyOf({ machine, plan, verdict }: AttentionEntry): string {
  if (machine.refused !== undefined && !machine.connected) return `refused:${machine.refused.cause}`;
  if (verdict === Verdict.FAILING || verdict === Verdict.NEVER) {
    const message = plan?.lastRun?.message ?? "";
    if (message !== "") return `${verdict === Verdict.NEVER ? "never" : "failing"}:${alike(message)}`;
  }
  switch (verdict) {
    case Verdict.FAILING:
      return "failing:";
    case Verdict.NEVER:
      return "never";
    case Verdict.OVERDUE:
      return machine.connected ? "overdue-connected" : "overdue-offline";
    default:
      return `unknown:${plan === undefined ? machine.nextStep : plan.nextStep.replaceAll(plan.planId, "")}`;
  }
}

/** Words of a machine without what differs from one to the next: names in quotes, numbers, keys, paths. */
function alike(message: string): string {
  return oneLine(message)
    .toLowerCase()
    .replaceAll(/[0-9a-f]{8,}|\d+/gu, "#")
    .slice(0, 120);
}

function causeOf(key: string, entries: readonly AttentionEntry[], nowMs: number, where: Where): Cause {
  const [first] = entries;
  if (first === undefined) throw new Error("a cause without a machine");
  const { verdict } = first;
  return { key, verdict, entries, sinceMs: first.sinceMs, ...words(key, entries, first, nowMs, where) };
}

function words(
  key: string,
  entries: readonly AttentionEntry[],
  first: AttentionEntry,
  nowMs: number,
  where: Where,
): { readonly why: string; readonly what: string } {
  if (entries.length === 1) return attentionWords(first, nowMs, where);
  const [kind] = key.split(":");
  const longest =
    first.sinceMs === undefined ? "" : `Longest: ${first.machine.instanceId}, ${span(nowMs - first.sinceMs)}.`;
  const offline = entries.filter(({ machine }) => !machine.connected).length;
  const { machine, plan } = first;
  switch (kind) {
    case "refused":
      return {
        why: `The hub refuses them: ${oneLine(machine.refused?.sentence ?? "")}.`,
        what: machine.refused?.cure ?? "",
      };
    case "failing":
    case "never": {
      const text = oneLine(plan?.lastRun?.message ?? "");
      if (key === "failing")
        return { why: "Single failures, different errors.", what: `${longest} It says “${text}”.` };
      if (key === "never")
        return { why: "Enrolled, and no backup has succeeded yet.", what: plan?.nextStep ?? longest };
      const sinceMs = plan?.failingSince === undefined ? undefined : earliest(entries);
      const since = sinceMs === undefined ? "" : ` since ${moment(sinceMs, nowMs, where)}`;
      const same = entries.every((one) => oneLine(one.plan?.lastRun?.message ?? "") === text);
      const there = offline === 0 ? " The machines themselves are connected." : "";
      return {
        why: `${same ? "The same error" : "Errors alike"}${since}: “${text}”.`,
        what: `One cause, one entry: ${plan?.nextStep ?? ""}${there}`,
      };
    }
    case "overdue-offline":
      return { why: "No backup in time, and offline.", what: longest };
    case "overdue-connected":
      return { why: "No backup in time, although connected.", what: `${longest} Look at the schedule of each.` };
    default:
      return unknownWords(entries, first, offline, where);
  }
}

function unknownWords(
  entries: readonly AttentionEntry[],
  { machine, plan }: AttentionEntry,
  offline: number,
  where: Where,
): { readonly why: string; readonly what: string } {
  const what = plan === undefined ? machine.nextStep : plan.nextStep;
  const reasonOf = (entry: AttentionEntry) => entry.plan?.reason ?? entry.machine.reason;
  const reason = plan?.reason ?? machine.reason;
  if (entries.every((one) => reasonOf(one) === reason)) return { why: `Each of them: ${lowered(reason)}`, what };
  const away = offline === 0 ? "" : ` ${many(offline, "of them is offline", "of them are offline", where)}.`;
  return { why: `Too little is known to say how their backups are.${away}`, what };
}

function lowered(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

function earliest(entries: readonly AttentionEntry[]): number {
  return Math.min(
    ...entries.map(({ plan }) =>
      plan?.failingSince === undefined ? Number.MAX_SAFE_INTEGER : Number(plan.failingSince.seconds) * 1_000,
    ),
  );
}

function inOrder(entries: readonly AttentionEntry[]): AttentionEntry[] {
  return entries.toSorted((a, b) => (a.sinceMs ?? Number.MAX_SAFE_INTEGER) - (b.sinceMs ?? Number.MAX_SAFE_INTEGER));
}
