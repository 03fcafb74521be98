import { toJson } from "@bufbuild/protobuf";
import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Command, InvalidArgumentError } from "commander";
import {
  type CreatePairingTokenResponse,
  CreatePairingTokenResponseSchema,
  ListPairingTokensResponseSchema,
  type PairingToken,
  PairingTokenSchema,
  PairingTokenStatus,
} from "../../gen/hub/v1/pairing_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { Grant } from "../store/store.js";
import {
  addPieceOptions,
  checkInstanceUrl,
  checkPieceOptions,
  clientConfig,
  commandsTarget,
  type PieceOptions,
  printPiece,
} from "./client-config.js";
import type { CliContext } from "./context.js";
import { collectGrant } from "./grant-option.js";
import { addTargetOptions, findHub, type TargetOptions } from "./hub-connection.js";
import { ago, instant, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { withTokens } from "./tokens-target.js";
import { countOrNone, durationOrNone } from "./token-options.js";

interface CreateOptions extends TargetOptions, PieceOptions {
  readonly label?: string;
  /** Milliseconds. */
  readonly ttl?: number;
  readonly maxUses?: number;
  readonly for?: string;
  readonly grant?: readonly Grant[];
  readonly clientConfig?: boolean;
}

/** Machines that a line of the list names. */
const NAMED_USERS = 3;

export function tokensCommand(program: Command, context: CliContext): void {
  const tokens = program
    .command("tokens")
    .description("Make tokens with which machines (Backrest v1.13 and later) let themselves in.");

  const create = addTargetOptions(tokens.command("create"))
    .description("Make a token and print it, this once; on a stopped hub too.")
    .option("--label <TEXT>", "what it is for")
    .option("--ttl <DURATION>", "how long it is good, such as 900s or 7d; 0 for ever (default: 15m)", durationOrNone)
    .option("--max-uses <NUMBER>", "how many machines may pair with it; 0 for any number (default: 1)", countOrNone)
    .option("--for <INSTANCE>", "only for the machine with this instance id, whose key it replaces if it is known")
    .option(
      "--grant <TYPE[=SCOPE,...]>",
      "what a machine that pairs with it may do at the hub, such as receive-shared-repos=repo:nas; again for each type",
      collectGrant,
    )
    .option(
      "--with-shared-repos",
      "let the piece of --client-config grant that the machine takes shared repos, and the token that it gets all of them",
    );
  addPieceOptions(create).action(async (options: CreateOptions) => {
    checkPieceOptions(options);
    if (options.clientConfig === true) await createForConfig(options, context);
    else showCreated(await createToken(options, await findHub(options, context)), options, context);
  });

  addTargetOptions(tokens.command("list"))
    .description("List the tokens; those that ended stay for a week.")
    .action(async (options: TargetOptions) => {
      const found = await withTokens(await findHub(options, context), (target) => target.list());
      if (options.json === true) printJson(context, toJson(ListPairingTokensResponseSchema, found, JSON_FORM));
      else context.out(listing(found.tokens));
    });

  addTargetOptions(tokens.command("revoke"))
    .description("Forget a token: nobody pairs with it any more. Machines that have stay.")
    .argument("<id>", "its number, from `tokens list`", tokenId)
    .action(async (id: bigint, options: TargetOptions) => {
      const token = await withTokens(await findHub(options, context), (target) => target.revoke(id));
      if (options.json === true) printJson(context, toJson(PairingTokenSchema, token, JSON_FORM));
      else context.out(`revoked token ${token.id}\n`);
    });
}

function createToken(
  options: CreateOptions,
  hub: Awaited<ReturnType<typeof findHub>>,
): Promise<CreatePairingTokenResponse> {
  const { label = "", ttl, maxUses, for: forInstance } = options;
  const grants = grantsOf(options);
  const request = {
    label,
    ...(ttl === undefined ? {} : { ttl: durationFromMs(ttl) }),
    ...(maxUses === undefined ? {} : { maxUses }),
    ...(forInstance === undefined ? {} : { forInstance }),
    permissions: grants.map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
  };
  return withTokens(hub, (target) => target.create(request));
}

async function createForConfig(options: CreateOptions, context: CliContext): Promise<void> {
  const { url } = options;
  const hub = await findHub(commandsTarget(options, context), context);
  const instanceUrl = checkInstanceUrl(url ?? (hub.kind === "running" ? hub.url : undefined));
  printPiece(
    clientConfig(await createToken(options, hub), instanceUrl, options),
    instanceUrl,
    url !== undefined,
    context,
  );
}

/** What the machine may do at the hub: to take shared repos it must be given them, too. */
function grantsOf({ grant = [], withSharedRepos = false }: CreateOptions): readonly Grant[] {
  const type = GrantType.PERMISSION_RECEIVE_SHARED_REPOS;
  return withSharedRepos && !grant.some((one) => one.type === type) ? [...grant, { type, scopes: ["*"] }] : grant;
}

function showCreated(created: CreatePairingTokenResponse, options: TargetOptions, context: CliContext): void {
  if (options.json === true) {
    printJson(context, toJson(CreatePairingTokenResponseSchema, created, JSON_FORM));
    return;
  }
  context.out(`${created.text}\n`);
  const { token } = created;
  if (token === undefined) return;
  context.err(`token ${token.id}, ${termsOf(token)}; it is shown this once\n`);
}

function termsOf({ expiresAt, maxUses, forInstance }: PairingToken): string {
  const uses =
    maxUses === 0 ? "for any number of machines" : maxUses === 1 ? "for one machine" : `for ${maxUses} machines`;
  const whose = forInstance === undefined ? uses : `for "${forInstance}"`;
  return expiresAt === undefined ? whose : `${whose}, until ${instant(timestampMs(expiresAt))}`;
}

function listing(tokens: readonly PairingToken[]): string {
  if (tokens.length === 0) return "no pairing tokens\n";
  const rows = tokens.map((token) => [
    String(token.id),
    token.label,
    PairingTokenStatus[token.status].toLowerCase().replaceAll("_", " "),
    token.maxUses === 0 ? String(token.uses) : `${token.uses} of ${token.maxUses}`,
    token.expiresAt === undefined ? "never" : instant(timestampMs(token.expiresAt)),
    token.forInstance ?? "any",
    ago(token.createdAt === undefined ? undefined : timestampMs(token.createdAt)),
    usersOf(token),
  ]);
  return table(["ID", "LABEL", "STATUS", "USES", "EXPIRES", "FOR", "MADE", "USED BY"], rows);
}

/** The newest few by name; `--json` names more. */
function usersOf({ usedBy, uses }: PairingToken): string {
  const named = usedBy.slice(0, NAMED_USERS);
  const more = Math.max(usedBy.length, uses) - named.length;
  if (named.length === 0) return "";
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function tokenId(text: string): bigint {
  if (/^\d{1,15}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Write the number from `backrest-hub tokens list`.");
}
