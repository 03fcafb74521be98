import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import {
  KnockReason,
  type ListPeersResponse,
  ListPeersResponseSchema,
  type Peer,
  PeerSchema,
  RefusePeerResponseSchema,
  ResyncPeerResponseSchema,
} from "../../gen/hub/v1/peers_pb.js";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import type { WhichPeer } from "../connections/peers.js";
import { HubError } from "../errors.js";
import type { CliContext } from "./context.js";
import { explain } from "./exit-codes.js";
import { addTargetOptions, type TargetOptions } from "./hub-connection.js";
import { ago, printJson, table } from "./output.js";
import { type PeerEntry, readPeersFile } from "./peers-file.js";
import { type PeersTarget, withPeers } from "./peers-target.js";

/** Scripts find every field, those with the value zero too. */
export const JSON_FORM = { alwaysEmitImplicit: true } as const;

export function peersCommand(program: Command, context: CliContext): void {
  const peers = program.command("peers").description("Say which Backrest instances sync with the hub.");

  addTargetOptions(peers.command("list"))
    .description("List the peers, and who waits for approval.")
    .action(async (options: TargetOptions) => {
      const found = await withPeers(options, context, (target) => target.list());
      if (options.json === true) printJson(context, toJson(ListPeersResponseSchema, found, JSON_FORM));
      else context.out(listing(found));
    });

  addTargetOptions(peers.command("add"))
    .description("Let machines in before they knock; on a stopped hub too.")
    .option("--instance-id <NAME>", "the instance id in the settings of the machine")
    .option("--keyid <KEYID>", "the key id that its Backrest shows, ecdsa.… or ed25519.…")
    .option("--file <PATH>", "a JSON list of { instanceId, keyid }, in place of the two")
    .action(async (options: TargetOptions & AddOptions) => {
      const wanted = wantedPeers(options, context);
      await withPeers(options, context, (target) => addAll(target, wanted, options, context));
    });

  addTargetOptions(peers.command("approve"))
    .description("Let in a machine that knocked.")
    .argument("<keyid>", "its key id, from `peers list`")
    .action(async (keyid: string, options: TargetOptions) => {
      report("approved", await withPeers(options, context, (target) => target.approve(keyid)), options, context);
    });

  addTargetOptions(peers.command("refuse"))
    .description("List a machine that knocked no more; it is not let in, as before.")
    .argument("<keyid>", "its key id, from `peers list`")
    .action(async (keyid: string, options: TargetOptions) => {
      const refused = await withPeers(options, context, (target) => target.refuse(keyid));
      if (options.json === true) printJson(context, toJson(RefusePeerResponseSchema, refused, JSON_FORM));
      else context.out(`refused ${refused.knock?.instanceId} (${keyid})\n`);
    });

  addTargetOptions(peers.command("remove"))
    .description("End a peer's session and let it in no more; its history stays.")
    .argument("<peer>", "its instance id or one of its key ids")
    .action(async (name: string, options: TargetOptions) => {
      const removed = await withPeers(options, context, (target) => target.remove(whichPeer(name)));
      report("removed", removed, options, context);
    });

  addTargetOptions(peers.command("resync"))
    .description("Ask a peer for its whole history anew, where what the hub shows of it is in doubt.")
    .argument("<peer>", "its instance id or one of its key ids")
    .action(async (name: string, options: TargetOptions) => {
      const asked = await withPeers(options, context, (target) => target.resync(whichPeer(name)));
      if (options.json === true) printJson(context, toJson(ResyncPeerResponseSchema, asked, JSON_FORM));
      else context.out(`${asked.connected ? "asked" : "will ask at its next connection:"} ${asked.peer?.instanceId}\n`);
    });
}

function whichPeer(name: string): WhichPeer {
  return /^(?:ecdsa|ed25519)\.[\w-]{43}$/.test(name) ? { keyid: name } : { instanceId: name };
}

interface AddOptions {
  readonly instanceId?: string;
  readonly keyid?: string;
  readonly file?: string;
}

function wantedPeers({ instanceId, keyid, file }: AddOptions, context: CliContext): readonly PeerEntry[] {
  if (file !== undefined && instanceId === undefined && keyid === undefined) return readPeersFile(file, context);
  if (file === undefined && instanceId !== undefined && keyid !== undefined) return [{ instanceId, keyid }];
  throw new HubError("invalid_argument", "give --instance-id and --keyid, or --file with a list of them");
}

/** Adds what can be added; the first failure is thrown when all were tried. */
async function addAll(
  target: PeersTarget,
  wanted: readonly PeerEntry[],
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  const added: Peer[] = [];
  const failures: HubError[] = [];
  for (const { instanceId, keyid } of wanted) {
    try {
      added.push(await target.add(instanceId, keyid));
    } catch (reason) {
      const error = explain(reason);
      // What concerns the hub and not this peer would only repeat itself.
      if (!["invalid_argument", "already_exists"].includes(error.code) || wanted.length === 1) throw reason;
      failures.push(new HubError(error.code, `${instanceId}: ${error.message}`, { cause: reason }));
    }
  }
  if (options.json === true) printJson(context, { peers: added.map((peer) => toJson(PeerSchema, peer, JSON_FORM)) });
  else for (const peer of added) report("added", peer, options, context);
  const [first, ...others] = failures;
  for (const failure of others) context.err(`error: ${failure.message}\n`);
  if (first !== undefined) throw first;
}

function report(what: string, peer: Peer, options: TargetOptions, context: CliContext): void {
  if (options.json === true) printJson(context, toJson(PeerSchema, peer, JSON_FORM));
  else context.out(`${what} ${peer.instanceId} (${peer.keyid})\n`);
}

function listing({ peers, knocks }: ListPeersResponse): string {
  const known = peers.map((peer) => [
    peer.instanceId,
    ConnectionState[peer.connectionState].toLowerCase().replaceAll("_", " ") + (peer.clearText ? ", clear text" : ""),
    ago(peer.lastSeen === undefined ? undefined : timestampMs(peer.lastSeen)),
    String(peer.operationCount),
    peer.keyid,
  ]);
  const waiting = knocks.map((knock) => [
    knock.instanceId,
    knock.remoteAddress,
    ago(knock.lastSeen === undefined ? undefined : timestampMs(knock.lastSeen)),
    String(knock.attempts),
    knock.reason === KnockReason.INSTANCE_TAKEN
      ? "wants to replace its key"
      : KnockReason[knock.reason].toLowerCase().replaceAll("_", " "),
    knock.keyid,
  ]);
  const first =
    known.length === 0 ? "no peers yet\n" : table(["INSTANCE", "STATE", "LAST SEEN", "OPERATIONS", "KEY ID"], known);
  if (waiting.length === 0) return first;
  return `${first}\nnot let in (\`backrest-hub peers approve KEYID\` lets those in that have an unknown key or want to replace theirs):\n${table(
    ["INSTANCE", "ADDRESS", "LAST TRY", "TRIES", "WHY", "KEY ID"],
    waiting,
  )}`;
}
