import { pino } from "pino";
import { openDataDirectory } from "../identity/data-directory.js";
import type { HubIdentity } from "../identity/hub-identity.js";
import type { DataPaths } from "../identity/paths.js";
import { openStore } from "../store/open.js";
import type { Store } from "../store/store.js";

/** The data of a hub that does not run, held until it is closed. */
export interface StoppedHub {
  readonly store: Store;
  readonly identity: HubIdentity;
  readonly sealingKey: Uint8Array;
  close(): Promise<void>;
}

/**
 * Opens the data directory of a hub that does not run; makes it where there is none, so that a hub can be prepared
 * before its first start.
 * @throws HubError `failed_precondition` when a hub uses it after all
 */
export async function openStoppedHub(paths: DataPaths): Promise<StoppedHub> {
  const directory = openDataDirectory(paths.directory, { logger: pino({ level: "silent" }) });
  let store: Store;
  try {
    store = await openStore({ file: paths.database });
  } catch (error) {
    directory.close();
    throw error;
  }
  return {
    store,
    identity: directory.identity,
    sealingKey: directory.sealingKey,
    close: async () => {
      await store.close();
      directory.close();
    },
  };
}
