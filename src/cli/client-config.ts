import { create, toJson } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { Multihost_PeerSchema, Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { HubError } from "../errors.js";
import { isLoopback } from "../networks.js";
import type { CliContext } from "./context.js";
import type { TargetOptions } from "./hub-connection.js";

/** The hub as a machine has to know it. */
export interface HubAsHost {
  readonly instanceId: string;
  /** Of the machine's generation. */
  readonly keyid: string;
  /** Of a pairing token; absent where an operator lets the machine in. */
  readonly secret?: string;
}

/** What the piece grants the hub besides the history. */
export interface PieceOptions {
  /** The machine shows its repos and plans too. Their passwords come along: Backrest knows no grant without them. */
  readonly withConfig?: boolean;
  /** The hub may change them, which includes to see them. */
  readonly withChanges?: boolean;
  /** The machine takes repos that the hub shares. */
  readonly withSharedRepos?: boolean;
}

/** The options of commands that print such a piece. */
export function addPieceOptions(command: Command): Command {
  return command
    .option(
      "--client-config",
      "print the piece for a machine's Backrest config.json; --url says where it dials the hub",
    )
    .option(
      "--with-config",
      "let that piece grant the hub the machine's repos and plans too, hence its schedules; sends repo passwords along",
    )
    .option("--with-changes", "let it grant the hub to change them, too; includes --with-config");
}

/** @throws HubError `invalid_argument` when an option is given that is about a piece which nobody asked for */
export function checkPieceOptions(options: PieceOptions & { readonly clientConfig?: boolean }): void {
  if (options.clientConfig === true) return;
  const given = [
    ["--with-config", options.withConfig],
    ["--with-changes", options.withChanges],
    ["--with-shared-repos", options.withSharedRepos],
  ] as const;
  const first = given.find(([, value]) => value === true)?.[0];
  if (first === undefined) return;
  throw new HubError("invalid_argument", `${first} is about what --client-config prints; give both`);
}

/**
 * The piece of a machine's Backrest `config.json` with which it joins at its first connection. It grants the hub the
 * history, which is what monitoring needs, and nothing that changes the machine unless that is asked for.
 */
export function clientConfig(hub: HubAsHost, instanceUrl: string, options: PieceOptions): object {
  const { withConfig = false, withChanges = false, withSharedRepos = false } = options;
  const types = [
    GrantType.PERMISSION_READ_OPERATIONS,
    ...(withConfig && !withChanges ? [GrantType.PERMISSION_READ_CONFIG] : []),
    ...(withChanges ? [GrantType.PERMISSION_READ_WRITE_CONFIG] : []),
    ...(withSharedRepos ? [GrantType.PERMISSION_RECEIVE_SHARED_REPOS] : []),
  ];
  const host = create(Multihost_PeerSchema, {
    instanceId: hub.instanceId,
    keyid: hub.keyid,
    instanceUrl,
    // Scopes are written out: without them the grant would be worth nothing to Backrest v1.11 and v1.12.
    permissions: types.map((type) => ({ type, scopes: ["*"] })),
    ...(hub.secret === undefined ? {} : { initialPairingSecret: hub.secret }),
  });
  return { sync: { knownHosts: [toJson(Multihost_PeerSchema, host)] } };
}

/** A machine often dials the hub under another address than the command that is run beside it: this is the command's. */
export function commandsTarget(options: TargetOptions, context: CliContext): TargetOptions {
  const { url: _, ...withoutUrl } = options;
  const token = options.token ?? context.env["BACKREST_HUB_TOKEN"];
  return options.dataDir !== undefined || token === undefined || token === "" ? withoutUrl : options;
}

/** @throws HubError `invalid_argument` */
export function checkInstanceUrl(instanceUrl: string | undefined): string {
  if (instanceUrl !== undefined && /^https?:\/\//.test(instanceUrl) && URL.canParse(instanceUrl)) return instanceUrl;
  throw new HubError(
    "invalid_argument",
    "say where machines dial the hub, for example --url https://hub.example.org:9899",
  );
}

/** Prints a piece, and a note where only the hub's own machine can use it. */
export function printPiece(piece: object, instanceUrl: string, wasGiven: boolean, context: CliContext): void {
  context.out(`${JSON.stringify(piece, undefined, 2)}\n`);
  if (!wasGiven && isLoopback(new URL(instanceUrl).hostname.replace(/^\[|\]$/g, ""))) {
    context.err(`note: ${instanceUrl} reaches the hub from its own machine only; for others give --url\n`);
  }
}
