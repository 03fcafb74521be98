import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { HealthSettings, InstanceHealth, PlanHealth } from "../../gen/hub/v1/fleet_pb.js";
import { period } from "../fleet/words.js";
import { plain } from "../logging/pretty.js";
import { verdictName } from "./fleet-table.js";
import { ago, instant, table } from "./output.js";

/** One machine for a person: its verdict, then its plans. */
export function instanceSheet(machine: InstanceHealth): string {
  const settings = settingsWords(machine.settings);
  const lines = [
    `${machine.instanceId}: ${verdictName(machine.verdict)}`,
    machine.reason,
    machine.nextStep,
    settings === "" ? "" : `(${settings})`,
  ];
  const head = lines
    .filter((line) => line !== "")
    .map((line) => `${plain(line)}\n`)
    .join("");
  if (machine.plans.length === 0) return head;
  const headings = ["PLAN", "REPO", "VERDICT", "LAST SUCCESS", "DUE", "WHY", "WHAT TO DO"];
  return `${head}\n${table(headings, machine.plans.map(planRow))}`;
}

function planRow({ planId, repoId, verdict, lastSuccess, expectation, reason, nextStep }: PlanHealth): string[] {
  const due = expectation?.due === undefined ? "" : instant(timestampMs(expectation.due));
  const success = lastSuccess?.start === undefined ? undefined : timestampMs(lastSuccess.start);
  return [planId, repoId, verdictName(verdict), ago(success), due, reason, nextStep];
}

/** `not always on, grace 3 d`; empty for the defaults. */
export function settingsWords(settings: HealthSettings | undefined): string {
  if (settings === undefined) return "";
  const { notAlwaysOn, grace, limit, snoozedUntil, ignored } = settings;
  return [
    ...(notAlwaysOn ? ["not always on"] : []),
    ...(grace === undefined ? [] : [`grace ${period(durationMs(grace))}`]),
    ...(limit === undefined ? [] : [`limit ${period(durationMs(limit))}`]),
    ...(snoozedUntil === undefined ? [] : [`snoozed until ${instant(timestampMs(snoozedUntil))}`]),
    ...(ignored ? ["ignored"] : []),
  ].join(", ");
}
