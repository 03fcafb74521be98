import type { Logger } from "pino";
import { createSealer, type Sealer } from "../access/sealing.js";
import type { HubConfig } from "../config.js";
import type { DataDirectory } from "../identity/data-directory.js";
import { boundedLoggers, type CallerLoggers } from "../logging.js";
import type { Store } from "../store/store.js";

export interface GroundParts {
  readonly config: HubConfig;
  readonly directory: DataDirectory;
  readonly logger: Logger;
  readonly version: string;
  readonly store: Store;
}

/** What every part of a hub stands on. */
export interface Ground extends GroundParts {
  readonly sealer: Sealer;
  /** For what callers cause, bounded for each address. */
  readonly callerLogs: CallerLoggers;
  /** Milliseconds of a clock that is never set back. */
  readonly clock: () => number;
  /** Ids that no peer may have. */
  readonly own: { readonly instanceId: string; readonly keyids: readonly string[] };
}

/** Addresses whose log lines are counted apart. */
const MAX_CALLER_LOGS = 1_024;

export function groundOf(parts: GroundParts): Ground {
  const { config, directory, logger } = parts;
  const { instanceId, ecdsa, ed25519 } = directory.identity;
  return {
    ...parts,
    sealer: createSealer(directory.sealingKey),
    callerLogs: boundedLoggers(logger, {
      maxBytesPerMinute: config.limits.logMaxBytesPerMinute,
      max: MAX_CALLER_LOGS,
      name: "address",
    }),
    clock: () => performance.timeOrigin + performance.now(),
    own: { instanceId, keyids: [ecdsa.keyid, ed25519.keyid] },
  };
}
