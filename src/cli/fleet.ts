import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient, type Transport } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  FleetService,
  type GetFleetResponse,
  GetFleetResponseSchema,
  type InstanceHealth,
  WatchFleetResponseSchema,
} from "../../gen/hub/v1/fleet_pb.js";
import { plain } from "../logging/pretty.js";
import type { CliContext } from "./context.js";
import { checkFleet } from "./fleet-check.js";
import { comingBackOf, headlineOf } from "./fleet-headline.js";
import { type FleetRow, fleetTable, needsAttention, verdictName } from "./fleet-table.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { ago, printJson } from "./output.js";
import { JSON_FORM } from "./peers.js";

interface FleetOptions extends TargetOptions {
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly all?: boolean;
}

export function fleetCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("fleet"))
    .description("Show which machines have backed up and which need attention.")
    .option("--all", "list healthy machines as well")
    .option("--watch", "go on with every change, until it is interrupted")
    .option("--check", "say it in one line and by the exit code, as a monitoring plugin does")
    .action(async (options: FleetOptions) => {
      if (options.check === true) {
        await checkFleet(options, context);
        return;
      }
      const hub = needRunning(await findHub(options, context));
      await call(hub, (transport) =>
        options.watch === true ? watch(transport, options, context) : once(transport, options, context),
      );
    });
}

async function once(transport: Transport, options: FleetOptions, context: CliContext): Promise<void> {
  const fleet = await createClient(FleetService, transport).getFleet({}, { signal: context.signal });
  if (options.json === true) printJson(context, toJson(GetFleetResponseSchema, fleet, JSON_FORM));
  else context.out(listing(fleet, options.all === true));
}

function listing({ summary, instances, asOf }: GetFleetResponse, all: boolean): string {
  const shown = instances.filter((machine) => all || machine.needsAttention).sort(longestFirst);
  const back = summary === undefined || asOf === undefined ? "" : comingBackOf(summary, timestampMs(asOf));
  const head = `${plain(headlineOf(summary))}.\n${back === "" ? "" : `${back}\n`}`;
  if (shown.length === 0) return head;
  return `${head}\n${fleetTable(shown.flatMap((machine) => rowsOf(machine, all)))}`;
}

function rowsOf(machine: InstanceHealth, all: boolean): FleetRow[] {
  const { instanceId } = machine;
  const plans = machine.plans.filter((plan) => all || needsAttention(plan));
  if (plans.length === 0) return [{ ...machine, planId: "", lastSuccess: "", attention: true }];
  return plans.map((plan) => ({
    ...plan,
    instanceId,
    attention: needsAttention(plan),
    lastSuccess: ago(plan.lastSuccess?.start === undefined ? undefined : timestampMs(plan.lastSuccess.start)),
  }));
}

async function watch(transport: Transport, options: FleetOptions, context: CliContext): Promise<void> {
  const stream = createClient(FleetService, transport).watchFleet({}, { signal: context.signal, timeoutMs: 0 });
  const shown = new Map<string, string>();
  try {
    for await (const change of stream) {
      if (change.summary === undefined) continue;
      if (options.json === true) {
        context.out(`${JSON.stringify(toJson(WatchFleetResponseSchema, change, JSON_FORM))}\n`);
        continue;
      }
      for (const instanceId of change.removed) {
        shown.delete(instanceId);
        context.out(`${clock()}  ${plain(instanceId)}  removed\n`);
      }
      for (const machine of change.instances) {
        const line = `${plain(machine.instanceId)}  ${verdictName(machine.verdict)}`;
        if (shown.get(machine.instanceId) === line) continue;
        shown.set(machine.instanceId, line);
        context.out(`${clock()}  ${line}  ${plain(machine.reason)}\n`);
      }
    }
  } catch (reason) {
    // To be interrupted is how a watch ends.
    if (!context.signal.aborted) throw reason;
  }
}

/** Who has been without a backup for longest comes first, and before them who never had one. */
function longestFirst(a: InstanceHealth, b: InstanceHealth): number {
  return oldest(a) - oldest(b) || (a.instanceId < b.instanceId ? -1 : 1);
}

function oldest({ plans }: InstanceHealth): number {
  if (plans.length === 0) return 0;
  return Math.min(
    ...plans.map(({ lastSuccess }) => (lastSuccess?.start === undefined ? 0 : timestampMs(lastSuccess.start))),
  );
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
