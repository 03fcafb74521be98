import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type FleetSummary, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { count, many } from "../../words/sizes.js";
import { span } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";

/** One sentence with one number. */
export function headlineOf({ needAttention, headline }: FleetSummary, where: Where = HERE): string {
  if (needAttention === 0) return headline;
  return `${many(needAttention, "machine", "machines", where)} ${needAttention === 1 ? "needs" : "need"} attention`;
}

export function countOf({ plans }: FleetSummary, verdict: Verdict): number {
  return plans.find((one) => one.verdict === verdict)?.count ?? 0;
}

export function allPlans({ plans }: FleetSummary): number {
  return plans.reduce((sum, one) => sum + one.count, 0);
}

/** What the headline leaves out: plans, and who is left out of it. */
export function leadOf(summary: FleetSummary, where: Where = HERE): string {
  const all = allPlans(summary);
  const [ok, late, paused] = [Verdict.OK, Verdict.LATE, Verdict.PAUSED].map((verdict) => countOf(summary, verdict));
  const { plansLearning } = summary;
  const sentences: string[] = [];
  if (all > 0 && plansLearning === all) {
    // That none has a good backup in time would be no kind welcome.
    sentences.push(`The hub is still learning when backups of ${many(all, "plan", "plans", where)} are due.`);
  } else if (all > 0 && ok !== undefined) {
    const warnings = summary.plansWithWarnings > 0 ? `, ${count(summary.plansWithWarnings, where)} with warnings` : "";
    sentences.push(
      `${count(ok, where)} of ${many(all, "plan", "plans", where)} ${ok === 1 ? "has" : "have"} a good backup in time${warnings}.`,
    );
  }
  const rest: string[] = [];
  if (late !== undefined && late > 0)
    rest.push(`${count(late, where)} ${are(late)} late but within ${late === 1 ? "its" : "their"} grace`);
  if (paused !== undefined && paused > 0) rest.push(`${count(paused, where)} ${are(paused)} paused`);
  if (plansLearning > 0 && plansLearning < all)
    rest.push(`${count(plansLearning, where)} ${are(plansLearning)} still being learned`);
  if (rest.length > 0) sentences.push(`${rest.join(", ")}.`);
  const aside: string[] = [];
  if (summary.snoozed > 0)
    aside.push(`${many(summary.snoozed, "machine", "machines", where)} ${are(summary.snoozed)} snoozed`);
  if (summary.ignored > 0)
    aside.push(`${many(summary.ignored, "machine", "machines", where)} ${are(summary.ignored)} ignored`);
  if (aside.length > 0) sentences.push(`${aside.join(", ")}.`);
  return sentences.join(" ");
}

/** Of a hub that has just started; empty where everybody is back, and when it is too long ago to wait for anybody. */
export function comingBackWords({ machines, comingBack }: FleetSummary, nowMs: number, where: Where = HERE): string {
  if (comingBack?.hubStarted === undefined || comingBack.until === undefined) return "";
  if (nowMs >= timestampMs(comingBack.until)) return "";
  const age = span(Math.max(1_000, nowMs - timestampMs(comingBack.hubStarted)));
  const who = `${count(comingBack.machines, where)} of ${many(machines, "machine", "machines", where)}`;
  const have = comingBack.machines === 1 ? "has" : "have";
  return `The hub started ${age} ago: ${who} ${have} yet to come back. Backrest waits for up to 5 minutes before it does.`;
}

function are(n: number): string {
  return n === 1 ? "is" : "are";
}
