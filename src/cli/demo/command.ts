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
const CAST_SIZE = 24;
const MAX_MACHINES = 5_000;

interface Size {
  readonly seed: number;
  readonly machines: number;
}

/** All machines come from one address, and one that reconnects all the time fills the log. */
const DEFAULTS = (machines: number): Readonly<Record<string, string>> => ({
  "log-level": "warn",
  "max-connections-per-address": String(machines + 200),
  "max-key-exchanges-per-address": "1000",
  "max-key-exchanges": "1000",
});

export function demoCommand(program: Command, context: CliContext): void {
  addSettings(program.command("demo"), ALL_SETTINGS)
    .description("Run a hub with a simulated fleet; without --data-dir its data goes away with it.")
    .option("--seed <N>", "another fleet", wholeNumber(0, 0xffff_ffff), DEFAULT_SEED)
    .option(
      "--machines <N>",
      `so many machines, at least ${CAST_SIZE}`,
      wholeNumber(CAST_SIZE, MAX_MACHINES),
      CAST_SIZE,
    )
    .action(async ({ seed, machines, ...options }: Record<string, unknown> & Size) => {
      const size = { seed, machines };
      // A variable may name a real hub's directory, where a simulated fleet has no business.
      const dataDir = typeof options["dataDir"] === "string" ? options["dataDir"] : undefined;
      if (dataDir !== undefined) return demo(resolve(context.workingDirectory, dataDir), size, options, context);
      const temporary = mkdtempSync(join(tmpdir(), "backrest-hub-demo-"));
      const remove = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
      // Whoever asks twice ends the process at once, and still wants nothing to be left behind.
      process.once("exit", remove);
      try {
        await demo(temporary, size, options, context);
      } finally {
        process.off("exit", remove);
        remove();
      }
    });
}

async function demo(dataDir: string, size: Size, options: Record<string, unknown>, context: CliContext): Promise<void> {
  const stays = options["dataDir"] !== undefined;
  const defaults = Object.entries(DEFAULTS(size.machines)).filter(([name]) => context.env[envName(name)] === undefined);
  const flags = { ...Object.fromEntries(defaults), ...flagsOf(options), "data-dir": dataDir };
  const config = readConfig(flags, context);
  const { runFleet } = await import("./run-fleet.js");
  await serve(config, context, (hub, signal) =>
    runFleet(hub, { ...size, context, ...(stays ? { folder: `${config.dataDir}-fleet` } : {}) }, signal),
  );
}
