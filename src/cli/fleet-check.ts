import { createClient } from "@connectrpc/connect";
import { FleetService, type FleetSummary, type GetFleetResponse, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { plain } from "../logging/pretty.js";
import type { CliContext } from "./context.js";
import { explain } from "./exit-codes.js";
import { headlineOf } from "./fleet-headline.js";
import { call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";

/** The exit codes of monitoring plugins (Nagios, Icinga, Checkmk and others). */
const STATUS = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type Status = keyof typeof STATUS;

const CRITICAL: ReadonlySet<Verdict> = new Set([Verdict.FAILING, Verdict.OVERDUE, Verdict.NEVER]);
/** Machines that the line names. */
const MAX_NAMED = 10;

/** Thrown behind the line that was printed, to end the command with the plugin's exit code. */
export class CheckStatus extends Error {
  constructor(readonly exitCode: number) {
    super(`the check ended with ${exitCode}`);
  }
}

/**
 * Prints one line with figures behind it: CRITICAL for failing, overdue and never, WARNING for unknown, UNKNOWN when the
 * hub does not answer or has no machine.
 * @throws CheckStatus when it is not OK
 */
export async function checkFleet(options: TargetOptions, context: CliContext): Promise<void> {
  const status = await check(options, context);
  if (status !== "OK") throw new CheckStatus(STATUS[status]);
}

async function check(options: TargetOptions, context: CliContext): Promise<Status> {
  let fleet: GetFleetResponse;
  try {
    const hub = needRunning(await findHub(options, context));
    fleet = await call(hub, (transport) =>
      createClient(FleetService, transport).getFleet({}, { signal: context.signal }),
    );
  } catch (reason) {
    context.out(`BACKREST UNKNOWN - ${oneLine(explain(reason).message)}\n`);
    return "UNKNOWN";
  }
  const { summary } = fleet;
  if (summary === undefined || summary.machines === 0) {
    context.out("BACKREST UNKNOWN - no machine is enrolled in this hub\n");
    return "UNKNOWN";
  }
  const status = statusOf(fleet);
  context.out(`BACKREST ${status} - ${oneLine(sentence(fleet))} | ${figures(summary)}\n`);
  return status;
}

function statusOf({ instances }: GetFleetResponse): Status {
  const counted = instances.filter(({ needsAttention }) => needsAttention);
  if (counted.some(({ verdict }) => CRITICAL.has(verdict))) return "CRITICAL";
  return counted.length > 0 ? "WARNING" : "OK";
}

function sentence({ summary, instances }: GetFleetResponse): string {
  const named = instances
    .filter(({ needsAttention }) => needsAttention)
    .sort((a, b) => a.verdict - b.verdict)
    .map(({ instanceId, verdict }) => `${instanceId} ${(Verdict[verdict] ?? "").toLowerCase()}`);
  const more = named.length > MAX_NAMED ? [`${named.length - MAX_NAMED} more`] : [];
  const headline = headlineOf(summary);
  return named.length === 0 ? headline : `${headline}: ${[...named.slice(0, MAX_NAMED), ...more].join(", ")}`;
}

function figures({ machines, needAttention, plans }: FleetSummary): string {
  const counts = plans.map(({ verdict, count }) => `plans_${(Verdict[verdict] ?? "").toLowerCase()}=${count}`);
  return [`machines=${machines}`, `attention=${needAttention};0`, ...counts].join(" ");
}

/** What stands behind a bar would be taken for figures. */
function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").replaceAll("|", "/");
}
