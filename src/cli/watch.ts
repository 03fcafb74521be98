import { toJson } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import type { Command } from "commander";
import { BoardService, WatchBoardResponseSchema } from "../../gen/hub/v1/board_pb.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, call, findHub, needRunning, type TargetOptions } from "./hub-connection.js";
import { JSON_FORM } from "./peers.js";
import { WatchLines } from "./watch-lines.js";

export function watchCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("watch"))
    .description("Follow everything that happens, a line for each change, until it is interrupted.")
    .action(async (options: TargetOptions) => {
      const hub = needRunning(await findHub(options, context));
      await call(hub, (transport) => watch(transport, options.json === true, context));
    });
}

async function watch(transport: Transport, json: boolean, context: CliContext): Promise<void> {
  const lines = new WatchLines();
  // A watcher waits as long as it takes.
  const stream = createClient(BoardService, transport).watchBoard({}, { signal: context.signal, timeoutMs: 0 });
  try {
    for await (const message of stream) {
      if (json) context.out(`${JSON.stringify(toJson(WatchBoardResponseSchema, message, JSON_FORM))}\n`);
      else for (const line of lines.of(message)) context.out(`${new Date().toTimeString().slice(0, 8)}  ${line}\n`);
    }
  } catch (reason) {
    // To be interrupted is how a watch ends.
    if (!context.signal.aborted) throw reason;
  }
}
