import type { Command } from "commander";
import { type Operation, OperationSchema } from "../../gen/v1/operations_pb.js";
import { createClient } from "@connectrpc/connect";
import { toJson } from "@bufbuild/protobuf";
import { Backrest } from "../../gen/v1/service_pb.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import {
  kindOf,
  matcherOf,
  MOST,
  type OperationFilters,
  parseFilters,
  selectorOf,
  statusOf,
} from "./operation-filters.js";
import { instant, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { plain } from "../logging/pretty.js";

interface OperationsOptions extends TargetOptions {
  readonly follow?: boolean;
}

const HEADINGS = ["ID", "STARTED", "TOOK", "INSTANCE", "PLAN", "REPO", "WHAT", "STATUS", "MESSAGE"];

export function operationsCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("operations"))
    .description("Show the newest operations of all machines, or of some.")
    .option("--instance <NAME>", "only of this machine")
    .option("--plan <ID>", "only of this plan")
    .option("--repo <ID>", "only on this repo: its id, or its guid")
    .option("--status <NAME,...>", "only these: pending, inprogress, success, warning, error, cancelled")
    .option("--kind <NAME,...>", "only these: backup, snapshot, forget, prune, restore, stats, hook, check, command")
    .option("--since <TIME>", "only what began since then: 30m, 12h, 7d, or a date such as 2026-01-31")
    .option("--last <N>", "how many, the newest", "20")
    .option("--follow", "go on with every change, until it is interrupted")
    .action(async (options: OperationsOptions & Record<string, string | undefined>) => {
      const filters = parseFilters(options, Date.now());
      const hub = needRunning(await findHub(options, context));
      await call(hub, async (transport) => {
        const client = createClient(Backrest, transport);
        if (options.follow === true) await follow(client, filters, options, context);
        else show(await newest(client, filters), options, context);
      });
    });
}

type Client = ReturnType<typeof createClient<typeof Backrest>>;

/** Some filters are not the hub's; then more and more is asked for until enough of it matches. */
async function newest(client: Client, filters: OperationFilters): Promise<Operation[]> {
  const matches = matcherOf(filters);
  for (let ask = filters.last; ; ask = Math.min(ask * 8, MOST)) {
    const { operations } = await client.getOperations({ selector: selectorOf(filters), lastN: BigInt(ask) });
    const found = byStart(operations).filter(matches).slice(-filters.last);
    const oldest = Math.min(...operations.map(({ unixTimeStartMs }) => Number(unixTimeStartMs)));
    const isAll = operations.length < ask || ask === MOST || oldest < (filters.sinceMs ?? Number.NEGATIVE_INFINITY);
    if (found.length === filters.last || isAll) return found;
  }
}

function byStart(operations: readonly Operation[]): Operation[] {
  return operations.toSorted((a, b) => Number(a.unixTimeStartMs - b.unixTimeStartMs) || Number(a.id - b.id));
}

function show(operations: readonly Operation[], { json }: OperationsOptions, context: CliContext): void {
  if (json === true) {
    printJson(
      context,
      operations.map((operation) => toJson(OperationSchema, operation, JSON_FORM)),
    );
    return;
  }
  context.out(operations.length === 0 ? "no operations\n" : table(HEADINGS, operations.map(row)));
}

async function follow(
  client: Client,
  filters: OperationFilters,
  { json }: OperationsOptions,
  context: CliContext,
): Promise<void> {
  const matches = matcherOf(filters);
  try {
    // A follower waits as long as it takes.
    for await (const { event } of client.getOperationEvents({}, { signal: context.signal, timeoutMs: 0 })) {
      if (event.case !== "createdOperations" && event.case !== "updatedOperations") continue;
      for (const operation of event.value.operations.filter(matches)) {
        context.out(
          json === true
            ? `${JSON.stringify(toJson(OperationSchema, operation, JSON_FORM))}\n`
            : `${row(operation)
                .filter((cell) => cell !== "")
                .map((cell) => plain(cell))
                .join("  ")}\n`,
        );
      }
    }
  } catch (reason) {
    // To be interrupted is how following ends.
    if (!context.signal.aborted) throw reason;
  }
}

function row(operation: Operation): string[] {
  const { id, unixTimeStartMs, unixTimeEndMs, instanceId, planId, repoId, displayMessage } = operation;
  return [
    String(id),
    instant(Number(unixTimeStartMs)),
    unixTimeEndMs > unixTimeStartMs ? took(Number(unixTimeEndMs - unixTimeStartMs)) : "",
    instanceId,
    planId,
    repoId,
    kindOf(operation),
    statusOf(operation),
    displayMessage.split("\n", 1)[0] ?? "",
  ];
}

function took(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
