import { type PlanHealth, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { plain } from "../logging/pretty.js";
import { table } from "./output.js";

/** A plan of a machine, or a machine without plans. */
export interface FleetRow {
  readonly instanceId: string;
  readonly planId: string;
  readonly verdict: Verdict;
  /** How long ago. */
  readonly lastSuccess: string;
  readonly reason: string;
  readonly nextStep: string;
  /** Its sentences stand beneath it. */
  readonly attention: boolean;
}

const ATTENTION: ReadonlySet<Verdict> = new Set([Verdict.FAILING, Verdict.OVERDUE, Verdict.NEVER, Verdict.UNKNOWN]);

/** Whether somebody has to look at a plan. */
export function needsAttention({ verdict, learning }: PlanHealth): boolean {
  return ATTENTION.has(verdict) && learning === undefined;
}

/**
 * A line for each plan. Why one needs attention and what to do stands beneath it, since sentences do not fit into
 * columns, and once where plans of one machine have the same trouble.
 */
export function fleetTable(rows: readonly FleetRow[]): string {
  const cells = rows.map(({ instanceId, planId, verdict, lastSuccess, reason, attention }) => [
    instanceId,
    planId,
    verdictName(verdict),
    lastSuccess,
    attention ? "" : reason,
  ]);
  const [heading = "", ...lines] = table(["INSTANCE", "PLAN", "VERDICT", "LAST SUCCESS", "WHY"], cells).split("\n");
  const body = rows.map((row, at) => `${lines[at] ?? ""}\n${isSaidBelow(row, rows[at + 1]) ? "" : words(row)}`);
  return `${heading}\n${body.join("")}`;
}

/** `OVERDUE`. */
export function verdictName(verdict: Verdict): string {
  return Verdict[verdict] ?? "UNKNOWN";
}

function words({ reason, nextStep, attention }: FleetRow): string {
  if (!attention) return "";
  return [reason, nextStep].map((text) => (text === "" ? "" : `  ${plain(text)}\n`)).join("");
}

function isSaidBelow(row: FleetRow, next: FleetRow | undefined): boolean {
  return (
    next !== undefined &&
    next.instanceId === row.instanceId &&
    next.verdict === row.verdict &&
    next.reason === row.reason &&
    next.nextStep === row.nextStep
  );
}
