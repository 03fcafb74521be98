import type { Command } from "commander";
import { type HubConfig, doubtfulVariables } from "../config.js";
import { readConfig } from "../config/read-config.js";
import { ALL_SETTINGS } from "../config/settings.js";
import type { HubError } from "../errors.js";
import { type DataDirectory, openDataDirectory } from "../identity/data-directory.js";
import { createLogger } from "../logging.js";
import { openStore } from "../store/open.js";
import { banner, type BannerParts, localUrl } from "./banner.js";
import type { CliContext } from "./context.js";
import { giveMemoryBackWhenQuiet } from "./quiet-memory.js";
import { addSettings, flagsOf } from "./settings-options.js";
import { programVersion } from "./version.js";

export function serveCommand(program: Command, context: CliContext): void {
  addSettings(program.command("serve"), ALL_SETTINGS)
    .description("Run the hub, until SIGINT or SIGTERM.")
    .action(async (options: Record<string, unknown>) => serve(readConfig(flagsOf(options), context), context));
}

/** What is done while the hub runs, until the signal aborts; then the hub closes. */
export type BesideHub = (hub: BannerParts, signal: AbortSignal) => Promise<void>;

/** Resolves when the hub was told to stop and has stopped; rejects when it, or what is beside it, cannot start or go on. */
export async function serve(config: HubConfig, context: CliContext, beside: BesideHub = greet(context)): Promise<void> {
  const logger = createLogger(config);
  for (const doubt of doubtfulVariables(context.env)) logger.warn(doubt);
  const directory = openDataDirectory(config.dataDir, { logger });
  try {
    await runHub(config, directory, logger, context.signal, beside);
  } finally {
    directory.close();
  }
}

async function runHub(
  config: HubConfig,
  directory: DataDirectory,
  logger: ReturnType<typeof createLogger>,
  stop: AbortSignal,
  beside: BesideHub,
): Promise<void> {
  const version = programVersion();
  const failed = Promise.withResolvers<HubError>();
  // Only this command needs the whole hub, and the others should start quickly; the store opens while it is loaded.
  const [{ startHub }, store] = await Promise.all([
    import("../hub.js"),
    openStore({ file: directory.paths.database, onFailure: failed.resolve }),
  ]);
  const hub = await startHub({ config, directory, logger, version, store });
  const over = new AbortController();
  let besides: Promise<void> = Promise.resolve();
  try {
    const { tlsCert } = config;
    directory.announce({ url: localUrl(hub.url), ...(tlsCert === undefined ? {} : { tlsCert }) });
    logger.info({ url: hub.url, version, instanceId: directory.identity.instanceId }, "listening");
    const shown = { url: hub.url, version, config, directory, firstStart: !hub.hasUsers() };
    besides = beside(shown, AbortSignal.any([stop, over.signal]));
    giveMemoryBackWhenQuiet();
    const failure = await Promise.race([besides, failed.promise]);
    if (failure !== undefined) throw failure;
    logger.info("stopping");
  } finally {
    over.abort();
    await Promise.allSettled([besides]);
    await hub.close();
  }
  logger.info("stopped");
}

function greet(context: CliContext): BesideHub {
  return async (hub, signal) => {
    context.out(banner(hub));
    await aborted(signal);
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
