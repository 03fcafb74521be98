import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { readConfig } from "../../config/read-config.js";
import { ALL_SETTINGS, envName } from "../../config/settings.js";
import type { CliContext } from "../context.js";
import { serve } from "../serve.js";
import { addSettings, flagsOf } from "../settings-options.js";
import { wholeNumber } from "../simulate/options.js";

/** The same fleet at every start, so that a data directory can be used again. */
const DEFAULT_SEED = 1;

export function demoCommand(program: Command, context: CliContext): void {
  addSettings(program.command("demo"), ALL_SETTINGS)
    .description("Run a hub with a simulated fleet; without --data-dir its data goes away with it.")
    .option("--seed <N>", "another fleet", wholeNumber(0, 0xffff_ffff), DEFAULT_SEED)
    .action(async ({ seed, ...options }: Record<string, unknown> & { seed: number }) => {
      // A variable may name a real hub's directory, where a simulated fleet has no business.
      const dataDir = typeof options["dataDir"] === "string" ? options["dataDir"] : undefined;
      if (dataDir !== undefined) return demo(resolve(context.workingDirectory, dataDir), seed, options, context);
      const temporary = mkdtempSync(join(tmpdir(), "backrest-hub-demo-"));
      const remove = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
      // Whoever asks twice ends the process at once, and still wants nothing to be left behind.
      process.once("exit", remove);
      try {
        await demo(temporary, seed, options, context);
      } finally {
        process.off("exit", remove);
        remove();
      }
    });
}

async function demo(
  dataDir: string,
  seed: number,
  options: Record<string, unknown>,
  context: CliContext,
): Promise<void> {
  const stays = options["dataDir"] !== undefined;
  // One that reconnects all the time fills the log.
  const logLevel = context.env[envName("log-level")] === undefined ? { "log-level": "warn" } : {};
  const config = readConfig({ ...logLevel, ...flagsOf(options), "data-dir": dataDir }, context);
  const { runFleet } = await import("./run-fleet.js");
  await serve(config, context, (hub, signal) =>
    runFleet(hub, { seed, context, ...(stays ? { folder: `${config.dataDir}-fleet` } : {}) }, signal),
  );
}
