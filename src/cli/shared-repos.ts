import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fromJsonString, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  type Difference,
  ListSharedReposResponseSchema,
  type PreviewSharedRepoResponse,
  PreviewSharedRepoResponseSchema,
  PushPermission,
  PushService,
  PushState,
  type PutSharedRepoRequestSchema,
  type RepoDifference,
  RepoShareSchema,
  type SharedRepo,
  SharedRepoSchema,
  ShowDifferenceResponseSchema,
} from "../../gen/hub/v1/pushes_pb.js";
import { type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";

export function sharedReposCommand(program: Command, context: CliContext): void {
  const shared = program.command("shared-repos").description("Repos that the hub gives to machines.");

  addTargetOptions(shared.command("list"))
    .description("List the shared repos, and how far each is with each machine.")
    .action(async (options: TargetOptions) => {
      const found = await onHub(options, context, (pushes) => pushes.listSharedRepos({}));
      if (options.json === true) printJson(context, toJson(ListSharedReposResponseSchema, found, JSON_FORM));
      else context.out(listing(found.repos));
    });

  addTargetOptions(shared.command("put"))
    .description("Add a shared repo or change it: from a machine that shows it to the hub, or from a file.")
    .argument("[repo]", "its id, with --from")
    .option("--from <INSTANCE>", "the machine to copy it from, its secrets included")
    .option("--file <PATH>", "a repo as it stands in a Backrest config.json; - for stdin")
    .option("--preview", "show what that would change, at the hub and on each machine, without doing it")
    .action(async (id: string | undefined, options: PutOptions) => {
      const request = wanted(id, options, context);
      if (options.preview === true) return showPreview(request, options, context);
      const { repo } = await onHub(options, context, (pushes) => pushes.putSharedRepo(request));
      if (repo === undefined) throw new HubError("internal", "the hub did not say what became of the repo");
      if (options.json === true) printJson(context, toJson(SharedRepoSchema, repo, JSON_FORM));
      else context.out(`put ${repo.repo?.id ?? ""}\n`);
    });

  addTargetOptions(shared.command("remove"))
    .description("Forget a shared repo; machines that have it keep it.")
    .argument("<repo>", "its id")
    .action(async (id: string, options: TargetOptions) => {
      await onHub(options, context, (pushes) => pushes.removeSharedRepo({ id }));
      if (options.json === true) printJson(context, {});
      else context.out(`removed ${id}; machines that have it keep it\n`);
    });

  addTargetOptions(shared.command("share"))
    .description("Give a shared repo to a machine; again: push it again where it differs.")
    .argument("<repo>", "its id")
    .argument("<instance>", "the machine's instance id")
    .option("--granted", "the machine allows it: that was set in its Backrest")
    .action(async (repoId: string, instanceId: string, options: TargetOptions & { granted?: boolean }) => {
      const request = { repoId, instanceId, granted: options.granted === true };
      const { share } = await onHub(options, context, (pushes) => pushes.shareRepo(request));
      if (share === undefined) throw new HubError("internal", "the hub did not say what became of the share");
      if (options.json === true) printJson(context, toJson(RepoShareSchema, share, JSON_FORM));
      else context.out(`shared ${repoId} with ${instanceId}\n`);
      if (share.permission !== PushPermission.GRANTED) context.err(`note: not sent yet: ${share.message}\n`);
    });

  addTargetOptions(shared.command("unshare"))
    .description("Give a shared repo to a machine no more; it keeps what it has.")
    .argument("<repo>", "its id")
    .argument("<instance>", "the machine's instance id")
    .action(async (repoId: string, instanceId: string, options: TargetOptions) => {
      await onHub(options, context, (pushes) => pushes.unshareRepo({ repoId, instanceId }));
      if (options.json === true) printJson(context, {});
      else context.out(`${repoId} is not shared with ${instanceId} any more; delete it there if it is not wanted\n`);
    });

  addTargetOptions(shared.command("preview"))
    .description("Show what would be sent to a machine, without sending it.")
    .argument("<instance>", "the machine's instance id")
    .action(async (instanceId: string, options: TargetOptions) => {
      const found = await onHub(options, context, (pushes) => pushes.showDifference({ instanceId }));
      if (options.json === true) printJson(context, toJson(ShowDifferenceResponseSchema, found, JSON_FORM));
      else context.out(differencesTable(found.differences));
      if (found.message !== "") context.err(`note: would not be sent: ${found.message}\n`);
    });
}

interface PutOptions extends TargetOptions {
  readonly from?: string;
  readonly file?: string;
  readonly preview?: boolean;
}

async function showPreview(
  request: MessageInitShape<typeof PutSharedRepoRequestSchema>,
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  const { repo, fromInstanceId } = request;
  const asked = {
    ...(repo === undefined ? {} : { repo }),
    ...(fromInstanceId === undefined ? {} : { fromInstanceId }),
  };
  const found = await onHub(options, context, (pushes) => pushes.previewSharedRepo(asked));
  if (options.json === true) printJson(context, toJson(PreviewSharedRepoResponseSchema, found, JSON_FORM));
  else context.out(previewTable(found));
}

function previewTable({ change, machines }: PreviewSharedRepoResponse): string {
  const row = (where: string, difference: RepoDifference | undefined, message: string) => [
    where,
    difference === undefined ? "same" : difference.before === undefined ? "new" : "changed",
    (difference?.changedFields ?? []).join(", "),
    message,
  ];
  const rows = machines.map(({ instanceId, difference, message }) => row(instanceId, difference, message));
  return table(["WHERE", "WOULD BE", "FIELDS", "WHY NOT SENT"], [row("the hub", change, ""), ...rows]);
}

type Pushes = ReturnType<typeof clientOf>;

function clientOf(transport: Transport) {
  return createClient(PushService, transport);
}

async function onHub<T>(options: TargetOptions, context: CliContext, work: (pushes: Pushes) => Promise<T>): Promise<T> {
  return call(needRunning(await findHub(options, context)), (transport) => work(clientOf(transport)));
}

function wanted(
  id: string | undefined,
  { from, file }: { readonly from?: string; readonly file?: string },
  { workingDirectory }: CliContext,
): MessageInitShape<typeof PutSharedRepoRequestSchema> {
  if (from !== undefined && id !== undefined && file === undefined) return { repo: { id }, fromInstanceId: from };
  if (file !== undefined && id === undefined && from === undefined)
    return { repo: readRepo(file === "-" ? 0 : resolve(workingDirectory, file)) };
  throw new HubError(
    "invalid_argument",
    "say which repo: `shared-repos put REPO --from INSTANCE`, or `shared-repos put --file PATH`",
  );
}

/** @param source a path, or 0 for stdin */
function readRepo(source: string | 0): Repo {
  try {
    return fromJsonString(RepoSchema, readFileSync(source, "utf8"), { ignoreUnknownFields: true });
  } catch (cause) {
    const name = source === 0 ? "stdin" : source;
    throw new HubError("invalid_argument", `${name} holds no repo in JSON: ${errorText(cause)}`, { cause });
  }
}

function listing(repos: readonly SharedRepo[]): string {
  if (repos.length === 0) return "no shared repos\n";
  const rows = repos.flatMap(({ repo, shares }) => {
    const own = [repo?.id ?? "", repo?.uri ?? ""];
    if (shares.length === 0) return [[...own, "nobody", "", "", ""]];
    return shares.map((share) => [
      ...own,
      share.instanceId,
      PushPermission[share.permission].toLowerCase().replaceAll("_", " "),
      share.inPlace
        ? "in place"
        : share.lastPush === PushState.UNSPECIFIED
          ? ""
          : PushState[share.lastPush].toLowerCase(),
      share.message,
    ]);
  });
  return table(["REPO", "URI", "SHARED WITH", "ALLOWED", "STATE", "WHY"], rows);
}

/** What would be sent to one machine, entry by entry. */
export function differencesTable(differences: readonly Difference[]): string {
  if (differences.length === 0) return "nothing to send: the machine has all of it\n";
  const rows = differences.map(({ item: { case: kind, value } }) => [
    `${kind ?? ""} ${value?.after?.id ?? value?.before?.id ?? ""}`,
    value?.after === undefined ? "deleted" : value.before === undefined ? "new" : "changed",
    (value?.changedFields ?? []).join(", "),
  ]);
  return table(["ENTRY", "WOULD BE", "FIELDS"], rows);
}
