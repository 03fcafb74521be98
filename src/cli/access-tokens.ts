import { toJson } from "@bufbuild/protobuf";
import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Command, InvalidArgumentError } from "commander";
import {
  type AccessToken,
  AccessTokenSchema,
  CreateAccessTokenResponseSchema,
  ListAccessTokensResponseSchema,
  type Role,
} from "../../gen/hub/v1/access_pb.js";
import { HubError } from "../errors.js";
import { withAccess } from "./access-target.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, type TargetOptions } from "./hub-connection.js";
import { ago, instant, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { roleName, roleOption } from "./role-option.js";
import { durationOrNone } from "./token-options.js";

interface CreateOptions extends TargetOptions {
  readonly role: Role;
  /** Milliseconds. */
  readonly ttl?: number;
}

export function accessTokensCommand(program: Command, context: CliContext): void {
  const tokens = program.command("access-tokens").description("Make tokens with which programs call the hub.");

  addTargetOptions(tokens.command("create"))
    .description("Make a token and print it, this once; on a stopped hub too.")
    .argument("<name>", "what it is for: 1 to 64 letters, digits and . _ @ + -")
    .addOption(roleOption())
    .option("--ttl <DURATION>", "how long it is good, such as 12h or 90d; 0 for ever (default: 365d)", durationOrNone)
    .action(async (name: string, options: CreateOptions) => {
      const { role, ttl } = options;
      const request = { name, role, ...(ttl === undefined ? {} : { ttl: durationFromMs(ttl) }) };
      const created = await withAccess(options, context, (access) => access.createAccessToken(request));
      if (options.json === true) {
        printJson(context, toJson(CreateAccessTokenResponseSchema, created, JSON_FORM));
        return;
      }
      context.out(`${created.text}\n`);
      context.err(
        `token ${created.token?.id ?? ""} (${roleName(role)}), ${endOf(created.token)}; it is shown this once\n`,
      );
    });

  addTargetOptions(tokens.command("list"))
    .description("List the tokens; those that expired stay for 30 days.")
    .action(async (options: TargetOptions) => {
      const found = await withAccess(options, context, (access) => access.listAccessTokens({}));
      if (options.json === true) printJson(context, toJson(ListAccessTokensResponseSchema, found, JSON_FORM));
      else context.out(listing(found.tokens));
    });

  addTargetOptions(tokens.command("revoke"))
    .description("Forget a token, and end what its holders have open.")
    .argument("<id>", "its number, from `access-tokens list`", tokenId)
    .action(async (id: bigint, options: TargetOptions) => {
      const { token } = await withAccess(options, context, (access) => access.revokeAccessToken({ id }));
      if (token === undefined) throw new HubError("internal", "the hub did not say what became of the token");
      if (options.json === true) printJson(context, toJson(AccessTokenSchema, token, JSON_FORM));
      else context.out(`revoked access token ${token.id} (${token.name})\n`);
    });
}

function tokenId(text: string): bigint {
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new InvalidArgumentError("Write the number that `access-tokens list` shows.");
  return BigInt(text);
}

function listing(tokens: readonly AccessToken[]): string {
  if (tokens.length === 0) return "no access tokens\n";
  return table(
    ["ID", "NAME", "ROLE", "GOOD", "LAST USED", "MADE", "BY"],
    tokens.map((token) => [
      String(token.id),
      token.name,
      roleName(token.role),
      token.expired ? "expired" : endOf(token),
      ago(token.lastUsedAt === undefined ? undefined : timestampMs(token.lastUsedAt)),
      ago(token.createdAt === undefined ? undefined : timestampMs(token.createdAt)),
      token.createdBy,
    ]),
  );
}

function endOf(token: AccessToken | undefined): string {
  return token?.expiresAt === undefined ? "until revoked" : `until ${instant(timestampMs(token.expiresAt))}`;
}
