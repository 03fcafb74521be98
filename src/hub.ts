import type { Logger } from "pino";
import type { HubConfig } from "./config.js";
import { HubError } from "./errors.js";
import { urlOf } from "./hub/addresses.js";
import { groundOf } from "./hub/ground.js";
import { openPushing } from "./hub/pushing.js";
import { createHubPort, openHubAccess } from "./hub/serving.js";
import { openSyncing } from "./hub/syncing.js";
import { openWatched } from "./hub/watched.js";
import type { DataDirectory } from "./identity/data-directory.js";
import { Readiness } from "./rpc/readiness.js";
import { openStore } from "./store/open.js";
import type { Store } from "./store/store.js";

export interface HubOptions {
  readonly config: HubConfig;
  /** Held by this process; who opened it closes it, after the hub. */
  readonly directory: DataDirectory;
  readonly logger: Logger;
  readonly version: string;
  /** An open store in place of the one in the directory; the hub closes it, also when it does not start. */
  readonly store?: Store;
  /** Called once when the hub can no longer work and the process must end. */
  readonly onFailure?: (error: HubError) => void;
}

export interface Hub {
  /** Where it listens, as a URL for people. */
  readonly url: string;
  readonly port: number;
  /** Whether anybody has a password. */
  hasUsers(): boolean;
  /** Tells every session and reader why it ends, stores what was received, and closes. May be called twice. */
  close(): Promise<void>;
}

/**
 * Builds and starts a hub.
 * @throws HubError when its address, its certificate or its database cannot be used
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { directory, logger } = options;
  const store =
    options.store ??
    (await openStore({ file: directory.paths.database, onFailure: (error) => options.onFailure?.(error) }));
  try {
    return await startWithStore(options, store);
  } catch (reason) {
    await store.close().catch((error: unknown) => logger.error({ err: error }, "could not close the store"));
    throw reason;
  }
}

async function startWithStore(options: HubOptions, store: Store): Promise<Hub> {
  const ground = groundOf({ ...options, store });
  const { config, logger, callerLogs } = ground;
  const { limits } = config;
  const watched = await openWatched(ground);
  const access = await openHubAccess(ground, watched.notices);
  const pushing = await openPushing(ground, watched.notices);
  const syncing = openSyncing(ground, watched, pushing);
  const readiness = new Readiness({
    probe: () => store.probe(),
    accepts: () => watched.pipeline.queuedBytes < limits.totalQueueMaxBytes,
    logger,
  });
  const shutdown = new AbortController();
  let url = "";
  const port = createHubPort({
    ground,
    watched,
    syncing,
    pushing,
    access,
    readiness,
    startedMs: Date.now(),
    url: () => url,
    shutdownSignal: shutdown.signal,
  });
  const release = () => {
    readiness.stop();
    watched.close();
    syncing.close();
    callerLogs.close();
  };
  await readiness.start();
  const address = await port.start().catch((reason: unknown) => {
    release();
    throw reason;
  });
  syncing.logs.start();
  pushing.desk.start();
  url = urlOf(config, address.port);

  let closed: Promise<void> | undefined;
  const close = async () => {
    const stopping = new HubError("unavailable", "the hub is stopping; connect again in a moment");
    readiness.stop();
    watched.registry.closeAll({ cause: "draining", error: stopping });
    watched.stop(stopping);
    await port.drain(limits.shutdownGraceMs / 2);
    shutdown.abort(stopping.toConnectError());
    await port.close();
    // A database that is locked or a disk that hangs must not keep the hub from ending: peers send again what is lost.
    await atMost(limits.shutdownGraceMs, watched.pipeline.drain());
    await atMost(limits.shutdownGraceMs, access.close());
    await atMost(limits.shutdownGraceMs, pushing.desk.close());
    release();
    await atMost(limits.shutdownGraceMs, watched.refusals.close());
    await atMost(limits.shutdownGraceMs, store.close());
  };
  return {
    url,
    port: address.port,
    hasUsers: () => access.accounts.listUsers().length > 0,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Waits for work, but no longer than this; fails when the work does. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, enough]);
  } finally {
    clearTimeout(timer);
  }
}
