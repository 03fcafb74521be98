import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  type Connection,
  ConnectionService,
  ListConnectionsResponseSchema,
  type ListConnectionsResponse,
  ListRefusedResponseSchema,
  RefusalCause,
  type RefusedConnection,
} from "../../gen/hub/v1/connections_pb.js";
import { HubError } from "../errors.js";
import { plain } from "../logging/pretty.js";
import { withRefusals } from "./connections-target.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { ago, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";

export function connectionsCommand(program: Command, context: CliContext): void {
  const connections = program.command("connections").description("Show who is connected, and who is not and why.");

  addTargetOptions(connections.command("list"))
    .description("List the open sessions.")
    .action(async (options: TargetOptions) => {
      const hub = needRunning(await findHub(options, context));
      const found = await call(hub, (transport) => createClient(ConnectionService, transport).listConnections({}));
      if (options.json === true) printJson(context, toJson(ListConnectionsResponseSchema, found, JSON_FORM));
      else context.out(sessionListing(found));
    });

  addTargetOptions(connections.command("refused"))
    .description("List what was refused or ended badly, with the cause and the cure; of a stopped hub too.")
    .action(async (options: TargetOptions) => {
      const found = await withRefusals(await findHub(options, context), (target) => target.list());
      if (options.json === true) printJson(context, toJson(ListRefusedResponseSchema, found, JSON_FORM));
      else context.out(refusedListing(found.refused));
    });

  addTargetOptions(connections.command("forget"))
    .description("Take entries out of that list; what is refused again comes back.")
    .argument("[id...]", "their ids, from `connections refused`")
    .option("--all", "every entry")
    .action(async (ids: string[], options: TargetOptions & { all?: boolean }) => {
      const all = options.all === true;
      if (all === ids.length > 0) {
        throw new HubError(
          "invalid_argument",
          "name the entries by their ids from `connections refused`, or give --all",
        );
      }
      const forgotten = await withRefusals(await findHub(options, context), (target) => target.forget(ids, all));
      if (options.json === true) printJson(context, { forgotten });
      else context.out(`forgot ${forgotten} ${forgotten === 1 ? "entry" : "entries"}\n`);
    });
}

function sessionListing({ connections, opening }: ListConnectionsResponse): string {
  const rows = connections.map((connection) => [
    connection.instanceId,
    connection.remoteAddress,
    ago(msOf(connection.since)),
    connection.clientVersion || connection.userAgent,
    connection.encrypted ? "yes" : "no",
    size(connection.bytesReceived),
    String(connection.operationsReceived),
    connection.keyid,
  ]);
  const headings = ["INSTANCE", "ADDRESS", "SINCE", "PROGRAM", "ENCRYPTED", "RECEIVED", "OPERATIONS", "KEY ID"];
  const first = rows.length === 0 ? "nobody is connected\n" : table(headings, rows);
  return opening === 0 ? first : `${first}${opening} more ${opening === 1 ? "is" : "are"} still opening\n`;
}

/** A block an entry: sentences do not fit into columns. */
function refusedListing(refused: readonly RefusedConnection[]): string {
  return refused.length === 0 ? "nothing was refused\n" : refused.map(refusedBlock).join("\n");
}

function refusedBlock(entry: RefusedConnection): string {
  const who = entry.instanceId === "" ? entry.remoteAddress : `"${entry.instanceId}" from ${entry.remoteAddress}`;
  const times = entry.count === 1n ? "once" : `${entry.count} times, first ${ago(msOf(entry.firstSeen))}`;
  const program = entry.clientVersion || entry.userAgent;
  const lines = [
    `${causeName(entry.cause)}: ${who}, ${ago(msOf(entry.lastSeen))} (${times})${settledWords(entry)}`,
    `  ${entry.sentence}`,
    `  ${entry.cure}`,
    ...(entry.message === "" ? [] : [`  detail: ${entry.message}`]),
    `  ${[program, entry.keyid, `id ${entry.id}`].filter((part) => part !== "").join(", ")}`,
  ];
  return lines.map((line) => `${plain(line)}\n`).join("");
}

function settledWords({ connectedNow, settled }: RefusedConnection): string {
  if (connectedNow) return ", connected now";
  return settled ? ", connected since" : "";
}

function causeName(cause: RefusalCause): string {
  return (RefusalCause[cause] ?? "UNKNOWN").toLowerCase().replaceAll("_", " ");
}

function msOf(time: Connection["since"]): number | undefined {
  return time === undefined ? undefined : timestampMs(time);
}

function size(bytes: bigint): string {
  if (bytes < 1024n) return `${bytes} B`;
  return bytes < 1n << 20n ? `${bytes >> 10n} KiB` : `${bytes >> 20n} MiB`;
}
