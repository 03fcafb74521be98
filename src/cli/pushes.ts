import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  type GetPermissionsResponse,
  GetPermissionsResponseSchema,
  ListPushesResponseSchema,
  type Push,
  PushPermission,
  PushService,
  PushState,
} from "../../gen/hub/v1/pushes_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { HubError } from "../errors.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { ago, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { pushChangeCommand } from "./push-change.js";

interface ListOptions extends TargetOptions {
  readonly peer?: string;
  readonly open?: boolean;
}

interface Permission {
  readonly type: GrantType;
  readonly scopes: string[];
}

const PERMITTED: Readonly<Partial<Record<PushPermission, string>>> = {
  [PushPermission.GRANTED]: "yes",
  [PushPermission.NOT_GRANTED]: "no",
};

export function pushesCommand(program: Command, context: CliContext): void {
  const pushes = program.command("pushes").description("What the hub sends to machines, and what became of it.");

  addTargetOptions(pushes.command("list"))
    .description("List pushes, the newest first.")
    .option("--peer <INSTANCE>", "of this machine only")
    .option("--open", "only those that have not ended")
    .action(async ({ peer = "", open = false, ...options }: ListOptions) => {
      const hub = needRunning(await findHub(options, context));
      const found = await call(hub, (transport) =>
        createClient(PushService, transport).listPushes({ instanceId: peer, openOnly: open }),
      );
      if (options.json === true) printJson(context, toJson(ListPushesResponseSchema, found, JSON_FORM));
      else context.out(listing(found.pushes));
    });

  addTargetOptions(pushes.command("permissions"))
    .description("Show what is known of what a machine allows the hub: a Backrest does not tell.")
    .argument("<instance>", "its instance id")
    .action(async (instanceId: string, options: TargetOptions) => {
      const hub = needRunning(await findHub(options, context));
      const known = await call(hub, (transport) => createClient(PushService, transport).getPermissions({ instanceId }));
      if (options.json === true) printJson(context, toJson(GetPermissionsResponseSchema, known, JSON_FORM));
      else context.out(permissionsSheet(known));
    });

  addTargetOptions(pushes.command("confirm"))
    .description("Record what a machine allows the hub, as it was set there: a Backrest does not tell.")
    .argument("<instance>", "its instance id")
    .argument("[permissions...]", "such as RECEIVE_SHARED_REPOS READ_WRITE_CONFIG=*,!repo:ID; none: nothing")
    .action(async (instanceId: string, texts: readonly string[], options: TargetOptions) => {
      const permissions = texts.map(permissionOf);
      const hub = needRunning(await findHub(options, context));
      await call(hub, (transport) =>
        createClient(PushService, transport).confirmPermissions({ instanceId, permissions }),
      );
      if (options.json === true) printJson(context, {});
      else context.out(`recorded what ${instanceId} allows\n`);
    });

  pushChangeCommand(pushes, context);
}

/** One fact a line, and then what was recorded, as `pushes confirm` takes it. */
function permissionsSheet({
  recorded,
  isRecorded,
  refusedAt,
  sharedRepos,
  configuration,
}: GetPermissionsResponse): string {
  const lines = [
    ["takes shared repos", PERMITTED[sharedRepos] ?? "not known"],
    ["lets the hub change its configuration", PERMITTED[configuration] ?? "not known"],
    ["recorded", isRecorded ? recorded.map(argumentOf).join(" ") || "nothing is allowed" : "nothing"],
    ...(refusedAt === undefined ? [] : [["refused a push", ago(timestampMs(refusedAt))]]),
  ];
  return lines.map(([name, value]) => `${name}: ${value}\n`).join("");
}

function argumentOf({ type, scopes }: Permission): string {
  const name = (GrantType[type] ?? "").replace("PERMISSION_", "");
  return scopes.length === 0 || (scopes.length === 1 && scopes[0] === "*") ? name : `${name}=${scopes.join(",")}`;
}

/** A name of `PERMISSION_…`, and behind `=` its scopes; everything by default. */
function permissionOf(text: string): Permission {
  const [name = "", scopes = "*"] = text.split(/=(.*)/s);
  const type = [
    GrantType.PERMISSION_READ_OPERATIONS,
    GrantType.PERMISSION_READ_CONFIG,
    GrantType.PERMISSION_READ_WRITE_CONFIG,
    GrantType.PERMISSION_RECEIVE_SHARED_REPOS,
  ].find((known) => GrantType[known] === `PERMISSION_${name.toUpperCase().replace(/^PERMISSION_/, "")}`);
  if (type !== undefined) return { type, scopes: scopes.split(",").filter((scope) => scope !== "") };
  throw new HubError(
    "invalid_argument",
    `"${name}" is no permission; write READ_OPERATIONS, READ_CONFIG, READ_WRITE_CONFIG or RECEIVE_SHARED_REPOS`,
  );
}

function listing(pushes: readonly Push[]): string {
  if (pushes.length === 0) return "no pushes\n";
  const rows = pushes.map((push) => [
    String(push.id),
    push.instanceId,
    PushState[push.state].toLowerCase(),
    changesOf(push),
    ago(push.createdAt === undefined ? undefined : timestampMs(push.createdAt)),
    push.message,
  ]);
  return table(["ID", "PEER", "STATE", "CHANGES", "MADE", "WHY"], rows);
}

function changesOf({ repos, plans, reposToDelete, plansToDelete }: Push): string {
  return [
    ...repos.map((id) => `repo ${id}`),
    ...plans.map((id) => `plan ${id}`),
    ...reposToDelete.map((id) => `-repo ${id}`),
    ...plansToDelete.map((id) => `-plan ${id}`),
  ].join(", ");
}
