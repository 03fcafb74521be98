import { join } from "node:path";

/** The files of the data directory. */
export interface DataPaths {
  readonly directory: string;
  /** The instance id and both keys. Its loss costs every client its pairing. */
  readonly identity: string;
  /** The history, the peers and all else that the store keeps. */
  readonly database: string;
  readonly adminToken: string;
  /** Opens the secrets that the database holds sealed. */
  readonly sealingKey: string;
  /** Held while a hub runs on the directory. */
  readonly lock: string;
  /** Where the running hub listens. */
  readonly running: string;
}

export function dataPaths(directory: string): DataPaths {
  return {
    directory,
    identity: join(directory, "identity.json"),
    database: join(directory, "hub.sqlite"),
    adminToken: join(directory, "admin-token"),
    sealingKey: join(directory, "sealing-key"),
    lock: join(directory, "lock"),
    running: join(directory, "hub.json"),
  };
}
