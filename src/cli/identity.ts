import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { readIdentity } from "../identity/data-directory.js";
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
import {
  addressElsewhere,
  addTargetOptions,
  call,
  findDirectory,
  findHub,
  needRunning,
  type TargetOptions,
} from "./hub-connection.js";
import { printJson } from "./output.js";

interface IdentityOptions extends TargetOptions, PieceOptions {
  readonly clientConfig?: boolean;
}

interface ShownIdentity {
  readonly instanceId: string;
  readonly keyids: { readonly ecdsa: string; readonly ed25519: string };
}

export function identityCommand(program: Command, context: CliContext): void {
  const identity = addTargetOptions(program.command("identity")).description(
    "Show what a Backrest has to know of the hub: its instance id and key ids; with --client-config what v1.11 and v1.12, which know no tokens, need of it.",
  );
  addPieceOptions(identity).action(async (options: IdentityOptions) => {
    checkPieceOptions(options);
    if (options.clientConfig === true) return showPiece(options, context);
    const shown = await shownIdentity(options, context);
    if (options.json === true) printJson(context, shown);
    else context.out(identityText(shown));
  });
}

/** For machines that an operator lets in by their keys. */
async function showPiece(options: IdentityOptions, context: CliContext): Promise<void> {
  const instanceUrl = checkInstanceUrl(options.url);
  const { instanceId, keyids } = await shownIdentity(commandsTarget(options, context), context);
  printPiece(clientConfig({ instanceId, keyid: keyids.ecdsa }, instanceUrl, options), instanceUrl, true, context);
}

export function identityText({ instanceId, keyids }: ShownIdentity): string {
  return [
    `instance id  ${instanceId}`,
    `key id       ${keyids.ecdsa}  (for Backrest v1.11 to v1.12)`,
    `key id       ${keyids.ed25519}  (for Backrest v1.13 and later)`,
    "",
  ].join("\n");
}

/** From the file where there is one, so that it works on a stopped hub and without the token. */
async function shownIdentity(options: TargetOptions, context: CliContext): Promise<ShownIdentity> {
  if (addressElsewhere(options, context) === undefined) {
    const { instanceId, ecdsa, ed25519 } = readIdentity(findDirectory(options, context));
    return { instanceId, keyids: { ecdsa: ecdsa.keyid, ed25519: ed25519.keyid } };
  }
  const hub = needRunning(await findHub(options, context));
  const answer = await call(hub, (transport) => createClient(HubService, transport).getIdentity({}));
  return { instanceId: answer.instanceId, keyids: { ecdsa: answer.ecdsaKeyid, ed25519: answer.ed25519Keyid } };
}
