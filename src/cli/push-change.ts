import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fromJsonString, toJson } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import type { Command } from "commander";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import { PushService, ShowDifferenceResponseSchema } from "../../gen/hub/v1/pushes_pb.js";
import {
  BackrestSyncStateService,
  type SetRemoteClientConfigRequest,
  SetRemoteClientConfigRequestSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { printJson } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { differencesTable } from "./shared-repos.js";

interface ChangeOptions extends TargetOptions {
  readonly file: string;
  readonly preview?: boolean;
}

/** `pushes change`: repos and plans of one machine. */
export function pushChangeCommand(pushes: Command, context: CliContext): void {
  addTargetOptions(pushes.command("change"))
    .description("Change or delete repos and plans of one machine that allows it.")
    .argument("<instance>", "its instance id")
    .requiredOption(
      "--file <PATH>",
      'JSON with any of "repos", "plans" (as in a Backrest config.json), "reposToDelete" and "plansToDelete" (ids); - for stdin',
    )
    .option("--preview", "show what that would change, without sending it")
    .action(async (instanceId: string, options: ChangeOptions) => {
      const change = readChange(options.file, context);
      const hub = needRunning(await findHub(options, context));
      await call(hub, (transport) =>
        options.preview === true
          ? preview(transport, instanceId, change, options, context)
          : send(transport, instanceId, change, options, context),
      );
    });
}

async function preview(
  transport: Transport,
  instanceId: string,
  { repos, plans, reposToDelete, plansToDelete }: SetRemoteClientConfigRequest,
  { json }: ChangeOptions,
  context: CliContext,
): Promise<void> {
  const found = await createClient(PushService, transport).showDifference({
    instanceId,
    repos,
    plans,
    reposToDelete,
    plansToDelete,
  });
  if (json === true) printJson(context, toJson(ShowDifferenceResponseSchema, found, JSON_FORM));
  else context.out(differencesTable(found.differences));
  if (found.message !== "") context.err(`note: would not be sent: ${found.message}\n`);
}

async function send(
  transport: Transport,
  instanceId: string,
  change: SetRemoteClientConfigRequest,
  { json }: ChangeOptions,
  context: CliContext,
): Promise<void> {
  const { peers } = await createClient(PeersService, transport).listPeers({});
  const peerKeyid = peers.find((peer) => peer.instanceId === instanceId)?.keyid;
  if (peerKeyid === undefined) {
    throw new HubError(
      "not_found",
      `no peer has the instance id "${instanceId}"; \`backrest-hub peers list\` shows all of them`,
    );
  }
  await createClient(BackrestSyncStateService, transport).setRemoteClientConfig({ ...change, peerKeyid });
  if (json === true) printJson(context, {});
  else
    context.out(
      `taken for ${instanceId}; \`backrest-hub pushes list --peer ${instanceId}\` shows what becomes of it\n`,
    );
}

function readChange(file: string, { workingDirectory }: CliContext): SetRemoteClientConfigRequest {
  const source = file === "-" ? 0 : resolve(workingDirectory, file);
  try {
    return fromJsonString(SetRemoteClientConfigRequestSchema, readFileSync(source, "utf8"));
  } catch (cause) {
    throw new HubError(
      "invalid_argument",
      `${source === 0 ? "stdin" : source} holds no change in JSON: ${errorText(cause)}`,
      { cause },
    );
  }
}
