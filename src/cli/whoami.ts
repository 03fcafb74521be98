import { toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import { AccessService, type Caller, CallerKind, WhoAmIResponseSchema } from "../../gen/hub/v1/access_pb.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { printJson } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { roleName } from "./role-option.js";

export function whoAmICommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("whoami"))
    .description("Say whom a running hub takes you for, and what that one may do.")
    .action(async (options: TargetOptions) => {
      const hub = needRunning(await findHub(options, context));
      const found = await call(hub, (transport) => createClient(AccessService, transport).whoAmI({}));
      if (options.json === true) printJson(context, toJson(WhoAmIResponseSchema, found, JSON_FORM));
      else context.out(found.caller === undefined ? "nobody known\n" : `${callerWords(found.caller)}\n`);
    });
}

/** `ann (user, operator)`. */
export function callerWords({ name, kind, role }: Caller): string {
  return `${name} (${CallerKind[kind].toLowerCase().replaceAll("_", " ")}, ${roleName(role)})`;
}
