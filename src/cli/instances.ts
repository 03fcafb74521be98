import { toJson } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { type Command, InvalidArgumentError } from "commander";
import {
  FleetService,
  GetFleetResponseSchema,
  type InstanceHealth,
  InstanceHealthSchema,
} from "../../gen/hub/v1/fleet_pb.js";
import { HubError } from "../errors.js";
import type { CliContext } from "./context.js";
import { verdictName } from "./fleet-table.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { instanceSheet, settingsWords } from "./instance-sheet.js";
import { ago, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { durationOrNone } from "./token-options.js";

interface SetOptions extends TargetOptions {
  readonly notAlwaysOn?: boolean;
  readonly alwaysOn?: boolean;
  /** Milliseconds. */
  readonly grace?: number;
  readonly limit?: number;
  readonly snooze?: number;
  readonly ignore?: boolean;
}

export function instancesCommand(program: Command, context: CliContext): void {
  const instances = program
    .command("instances")
    .description("Show machines with their health, and say how to judge them.");

  addTargetOptions(instances.command("list"))
    .description("List all machines with their verdicts.")
    .action(async (options: TargetOptions) => {
      const fleet = await withFleet(options, context, (client) => client.getFleet({}));
      if (options.json === true) printJson(context, toJson(GetFleetResponseSchema, fleet, JSON_FORM));
      else context.out(listing(fleet.instances));
    });

  addTargetOptions(instances.command("show"))
    .description("Show one machine with its plans: why each verdict, and what to do.")
    .argument("<instance>", "its instance id")
    .action(async (instance: string, options: TargetOptions) => {
      const fleet = await withFleet(options, context, (client) => client.getFleet({ instanceIds: [instance] }));
      show(fleet.instances[0], options, context);
    });

  addTargetOptions(instances.command("set"))
    .description("Say how a machine is judged.")
    .argument("<instance>", "its instance id")
    .option("--not-always-on", "it is often off, such as a laptop: it may be a week late")
    .option("--always-on", "it is always on again")
    .option("--grace <DURATION>", "how late a backup may be, such as 12h or 3d; 0 for the default", durationOrNone)
    .option("--limit <DURATION>", "the longest without a backup where nothing else says it; 0 for none", durationOrNone)
    .option("--snooze <DURATION>", "needs no attention for so long; 0 ends it", durationOrNone)
    .option("--ignore", "it never needs attention")
    .option("--no-ignore", "it needs attention again")
    .action(async (instance: string, options: SetOptions) => {
      const changed = await withFleet(options, context, (client) =>
        client.setInstanceHealth({ instanceId: instance, ...changesOf(options) }),
      );
      show(changed.instance, options, context);
    });
}

function changesOf({ notAlwaysOn, alwaysOn, grace, limit, snooze, ignore }: SetOptions) {
  if (notAlwaysOn === true && alwaysOn === true) {
    throw new HubError("invalid_argument", "--always-on and --not-always-on exclude each other");
  }
  const on = notAlwaysOn === true ? true : alwaysOn === true ? false : undefined;
  const snoozedUntil = snooze === undefined ? undefined : snooze === 0 ? 0 : Date.now() + snooze;
  const changes = {
    ...(on === undefined ? {} : { notAlwaysOn: on }),
    ...(grace === undefined ? {} : { grace: durationFromMs(grace) }),
    ...(limit === undefined ? {} : { limit: durationFromMs(limit) }),
    ...(snoozedUntil === undefined ? {} : { snoozedUntil: timestampFromMs(snoozedUntil) }),
    ...(ignore === undefined ? {} : { ignored: ignore }),
  };
  if (Object.keys(changes).length === 0) {
    throw new HubError("invalid_argument", "say what to set; `backrest-hub help instances set` lists it");
  }
  return changes;
}

type FleetClient = ReturnType<typeof createClient<typeof FleetService>>;

async function withFleet<T>(
  options: TargetOptions,
  context: CliContext,
  work: (client: FleetClient) => Promise<T>,
): Promise<T> {
  const hub = needRunning(await findHub(options, context));
  return call(hub, (transport) => work(createClient(FleetService, transport)));
}

function show(machine: InstanceHealth | undefined, options: TargetOptions, context: CliContext): void {
  if (machine === undefined) throw new InvalidArgumentError("The hub gave no machine back.");
  if (options.json === true) printJson(context, toJson(InstanceHealthSchema, machine, JSON_FORM));
  else context.out(instanceSheet(machine));
}

function connectionWords({ connected, comingBackUntil, lastSeen }: InstanceHealth): string {
  if (connected) return "connected";
  if (comingBackUntil !== undefined) return "coming back";
  return `seen ${ago(lastSeen === undefined ? undefined : timestampMs(lastSeen))}`;
}

function listing(machines: readonly InstanceHealth[]): string {
  if (machines.length === 0) return "no machines yet\n";
  const rows = machines.map((machine) => [
    machine.instanceId,
    verdictName(machine.verdict),
    connectionWords(machine),
    String(machine.plans.length),
    settingsWords(machine.settings),
    machine.reason,
  ]);
  return table(["INSTANCE", "VERDICT", "CONNECTION", "PLANS", "SETTINGS", "WHY"], rows);
}
