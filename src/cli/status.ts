import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import { type GetStatusResponse, GetStatusResponseSchema, HubService } from "../../gen/hub/v1/hub_pb.js";
import { count, span } from "../fleet/words.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { binarySize, instant, printJson } from "./output.js";
import { JSON_FORM } from "./peers.js";

export function statusCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("status"))
    .description("Show how a running hub does: since when, with how many machines, and how large its store is.")
    .action(async (options: TargetOptions) => {
      const hub = needRunning(await findHub(options, context));
      const status = await call(hub, (transport) => createClient(HubService, transport).getStatus({}));
      if (options.json === true) printJson(context, toJson(GetStatusResponseSchema, status, JSON_FORM));
      else context.out(statusText(status));
    });
}

/** For a person, a line for each thing. */
export function statusText(status: GetStatusResponse, nowMs = Date.now()): string {
  const { version, runtime, startedAt, listenAddresses, tls, peersApproved, peersConnected, dataDirectory } = status;
  const sinceMs = startedAt === undefined ? nowMs : timestampMs(startedAt);
  const poison = status.poisonCount === 0n ? "" : `; ${status.poisonCount} were skipped, since they do not decode`;
  const free = status.freeBytes === undefined ? "" : `; ${binarySize(status.freeBytes)} free beside it`;
  return [
    `version     ${version}, on ${runtime}`,
    `running     since ${instant(sinceMs)} (${span(nowMs - sinceMs)})`,
    `listens at  ${listenAddresses.join(", ")} (${tls ? "TLS" : "clear text; a proxy may speak TLS before it"})`,
    `machines    ${count(peersConnected, "connected", "connected")} of ${peersApproved}`,
    `operations  ${status.operationCount}${poison}`,
    `store       ${binarySize(status.databaseBytes)}, of which ${binarySize(status.logBytes)} are logs${free}`,
    `data        ${dataDirectory}`,
    "",
  ].join("\n");
}
