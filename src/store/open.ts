import type { HubError } from "../errors.js";
import { openSqliteStore } from "./sqlite/sqlite-store.js";
import type { Store } from "./store.js";

export interface StoreOptions {
  /** The database file; it and its directory are made where they are missing, for their owner only. */
  readonly file: string;
  /**
   * Called once when the store can no longer work and the hub must end: the thread that writes died, or one that reads died
   * again and again. Every call after that
   * is rejected with `unavailable`.
   */
  readonly onFailure?: (error: HubError) => void;
}

/**
 * Opens the store, makes or migrates its database.
 * Errors: `failed_precondition` when a newer hub has written it or it is damaged, `unavailable` when it is locked or
 * the disk refuses.
 */
export function openStore(options: StoreOptions): Promise<Store> {
  return openSqliteStore(options);
}
