import type { Command } from "commander";
import { type Operation, OperationSchema } from "../../gen/v1/operations_pb.js";
import { createClient, type Transport } from "@connectrpc/connect";
import { toJson } from "@bufbuild/protobuf";
import { HistoryService } from "../../gen/hub/v1/history_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { hubFilter, kindOf, matcherOf, type OperationFilters, parseFilters, statusOf } from "./operation-filters.js";
import { instant, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { plain } from "../logging/pretty.js";

interface OperationsOptions extends TargetOptions {
  readonly follow?: boolean;
}

/** What the hub gives at once. */
const MAX_PAGE = 1_000;
const HEADINGS = ["ID", "STARTED", "TOOK", "INSTANCE", "PLAN", "REPO", "WHAT", "STATUS", "MESSAGE"];

export function operationsCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("operations"))
    .description("Show the newest operations of all machines, or of some.")
    .option("--instance <NAME>", "only of this machine")
    .option("--plan <ID>", "only of this plan")
    .option("--repo <ID>", "only on this repo: its id, or its guid")
    .option(
      "--status <NAME,...>",
      "only these, without it all but pending: pending, inprogress, success, warning, error, cancelled",
    )
    .option("--kind <NAME,...>", "only these: backup, snapshot, forget, prune, restore, stats, hook, check, command")
    .option("--since <TIME>", "only what began since then: 30m, 12h, 7d, or a date such as 2026-01-31")
    .option("--until <TIME>", "only what began before then")
    .option("--last <N>", "how many, the newest", "20")
    .option("--follow", "go on with every change, until it is interrupted")
    .action(async (options: OperationsOptions & Record<string, string | undefined>) => {
      const filters = parseFilters(options, Date.now());
      const hub = needRunning(await findHub(options, context));
      await call(hub, async (transport) => {
        if (options.follow === true) await follow(transport, filters, options, context);
        else show(await newest(transport, filters), options, context);
      });
    });
}

/** The newest, the oldest of them first. The hub gives them in pages, some of which may be short. */
async function newest(transport: Transport, filters: OperationFilters): Promise<Operation[]> {
  const client = createClient(HistoryService, transport);
  const filter = hubFilter(filters);
  const found: Operation[] = [];
  let pageToken = "";
  do {
    const pageSize = Math.min(filters.last - found.length, MAX_PAGE);
    const page = await client.listOperations({ filter, pageSize, pageToken });
    found.push(...page.operations);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && found.length < filters.last);
  return found.toReversed();
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
  transport: Transport,
  filters: OperationFilters,
  { json }: OperationsOptions,
  context: CliContext,
): Promise<void> {
  const client = createClient(Backrest, transport);
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
