import { equals, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  BackrestSyncStateService,
  ConnectionState,
  type PeerState,
  PeerStateSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { plain } from "../logging/pretty.js";
import { ago, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";

export function statesCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("states"))
    .description("Show whether each peer is connected.")
    .option("--watch", "go on with every change, until it is interrupted")
    .action(async (options: TargetOptions & { watch?: boolean }) => {
      const hub = needRunning(await findHub(options, context));
      if (options.watch === true) await call(hub, () => watch(hub.transport, options, context));
      else await call(hub, () => once(hub.transport, options, context));
    });
}

type Transport = Parameters<typeof createClient>[1];

async function once(transport: Transport, options: TargetOptions, context: CliContext): Promise<void> {
  const states: PeerState[] = [];
  const client = createClient(BackrestSyncStateService, transport);
  for await (const state of client.getPeerSyncStatesStream({}, { signal: context.signal })) states.push(state);
  if (options.json === true) {
    printJson(
      context,
      states.map((state) => toJson(PeerStateSchema, state, JSON_FORM)),
    );
    return;
  }
  const rows = states.map((state) => [
    state.peerInstanceId,
    nameOf(state),
    ago(Number(state.lastHeartbeatMillis)),
    String(state.knownRepos.length),
    String(state.knownPlans.length),
    state.statusMessage,
  ]);
  const headings = ["INSTANCE", "STATE", "LAST HEARTBEAT", "REPOS", "PLANS", "MESSAGE"];
  context.out(rows.length === 0 ? "no peers yet\n" : table(headings, rows));
}

async function watch(transport: Transport, options: TargetOptions, context: CliContext): Promise<void> {
  const client = createClient(BackrestSyncStateService, transport);
  // A watcher waits as long as it takes.
  const stream = client.getPeerSyncStatesStream({ subscribe: true }, { signal: context.signal, timeoutMs: 0 });
  const last = new Map<string, PeerState>();
  try {
    for await (const state of stream) {
      const before = last.get(state.peerKeyid);
      // The hub repeats a state so that no proxy takes the stream for dead; a line shows less than a state holds.
      if (state.peerKeyid === "") continue;
      if (
        before !== undefined &&
        (options.json === true ? equals(PeerStateSchema, before, state) : sameLine(before, state))
      ) {
        continue;
      }
      last.set(state.peerKeyid, state);
      context.out(
        options.json === true ? `${JSON.stringify(toJson(PeerStateSchema, state, JSON_FORM))}\n` : line(state),
      );
    }
  } catch (reason) {
    // To be interrupted is how a watch ends.
    if (!context.signal.aborted) throw reason;
  }
}

function sameLine(before: PeerState, state: PeerState): boolean {
  return before.state === state.state && before.statusMessage === state.statusMessage;
}

function line(state: PeerState): string {
  const clock = new Date().toTimeString().slice(0, 8);
  const message = state.statusMessage === "" ? "" : `  ${plain(state.statusMessage)}`;
  return `${clock}  ${plain(state.peerInstanceId)}  ${nameOf(state)}${message}\n`;
}

/** The short name of the state, such as `connected`. */
function nameOf({ state }: PeerState): string {
  return (ConnectionState[state] ?? "UNKNOWN")
    .replace(/^CONNECTION_STATE_/, "")
    .toLowerCase()
    .replaceAll("_", " ");
}
