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
    presenceWords(machine),
    machine.refused === undefined ? "" : `Refused ${ago(msOf(machine.refused.lastSeen))}: ${machine.refused.sentence}`,
    ...machine.plans.map(runningWords),
  ];
  const head = lines
    .filter((line) => line !== "")
    .map((line) => `${plain(line)}\n`)
    .join("");
  if (machine.plans.length === 0) return head;
  const headings = ["PLAN", "REPO", "VERDICT", "LAST SUCCESS", "DUE", "WHY", "WHAT TO DO"];
  return `${head}\n${table(headings, machine.plans.map(planRow))}`;
}

/** `connected since 2026-11-25T14:13:42Z, catching up 1204 of 3880`. */
function presenceWords({ connected, presenceSince, comingBackUntil, catchUp }: InstanceHealth): string {
  if (comingBackUntil !== undefined) return "coming back: the hub has just started";
  const since = presenceSince === undefined ? "" : ` since ${instant(timestampMs(presenceSince))}`;
  const of = catchUp?.expected === undefined ? "" : ` of ${catchUp.expected}`;
  const history = catchUp === undefined ? "" : `, catching up ${catchUp.received}${of}`;
  return `${connected ? "connected" : "not connected"}${since}${history}`;
}

function runningWords({ planId, running }: PlanHealth): string {
  if (running === undefined) return "";
  const { fractionDone, bytesDone, totalBytes, filesDone, totalFiles } = running;
  const part = `${Math.floor(fractionDone * 100)} %`;
  return `${planId}: a backup runs, ${part}, ${bytesDone >> 20n} of ${totalBytes >> 20n} MiB, ${filesDone} of ${totalFiles} files`;
}

function msOf(time: InstanceHealth["lastSeen"]): number | undefined {
  return time === undefined ? undefined : timestampMs(time);
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
