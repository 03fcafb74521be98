import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HubError } from "../errors.js";
import { systemErrorCode } from "../system-error.js";
import type { DataPaths } from "./paths.js";
import { readRunningHub } from "./running-hub.js";

/** How long to wait for a hub that is just ending, in milliseconds. */
const WAIT_MS = 500;
const SQLITE_BUSY = 5;

/** Keeps the databases from being collected as garbage, which would close them and drop their locks. */
const held = new Set<DatabaseSync>();

export interface DataLock {
  /** Lets the next hub in. Calling it again does nothing. */
  release(): void;
}

/**
 * Takes the data directory for this process alone. The lock is an exclusive transaction of SQLite, hence a lock of the
 * kernel: it falls when the process dies, however it dies, and a file that was left behind blocks nobody.
 * @throws HubError `failed_precondition` that names the process that holds it
 */
export function lockDataDirectory(paths: DataPaths): DataLock {
  createEmpty(paths.lock);
  const database = new DatabaseSync(paths.lock, { timeout: WAIT_MS });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw isBusy(cause)
      ? inUse(paths)
      : new HubError("failed_precondition", `${paths.lock} cannot be locked`, { cause });
  }
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

/** Made by hand so that only its owner can open it: whoever opens it could hold the lock. */
function createEmpty(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    // Opening and closing it again would drop a lock that this process holds.
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
}

function isBusy(cause: unknown): boolean {
  return typeof cause === "object" && cause !== null && "errcode" in cause && cause.errcode === SQLITE_BUSY;
}

function inUse(paths: DataPaths): HubError {
  const holder = readRunningHub(paths);
  const who = holder === undefined ? "another hub" : `another hub (process ${holder.pid})`;
  const where = holder?.url === undefined ? "" : `, listening at ${holder.url}`;
  return new HubError(
    "failed_precondition",
    `${who} uses the data directory ${paths.directory} already${where}; stop it first, or give this one a directory of its own with --data-dir`,
  );
}
