import type { OperationListBytes } from "./store.js";

/** A place in the history: the newest first, by start and then by the hub's id. */
export interface HistoryPlace {
  readonly startMs: bigint;
  readonly id: bigint;
}

/** Each list is an "any of", and all of them must fit; an empty one fits everything, but see `statuses`. */
export interface HistoryFilter {
  /** Names of peers as the hub has them, those of removed peers included. */
  readonly instanceIds: readonly string[];
  readonly planIds: readonly string[];
  /** Ids or guids. */
  readonly repoIds: readonly string[];
  /** Fields of `v1.Operation` that say what was done. */
  readonly kinds: readonly number[];
  /** Members of `v1.OperationStatus`; empty for all but STATUS_PENDING: what is planned has not happened. */
  readonly statuses: readonly number[];
  /** Began at or after this. */
  readonly sinceMs?: bigint;
  /** Began before this. */
  readonly untilMs?: bigint;
}

export interface HistoryQuery {
  readonly filter: HistoryFilter;
  /** Only what comes behind it. */
  readonly after?: HistoryPlace;
  readonly limit: number;
}

/** Operations in the order of the history. */
export interface HistoryPage extends OperationListBytes {
  /**
   * Where to go on; absent when nothing comes behind. A page may have fewer operations than it could, or none, and yet
   * have this: it took all the work, or all the bytes, that one page may.
   */
  readonly next?: HistoryPlace;
}

/** The history, page by page; a part of the {@link Store}. */
export interface HistoryStore {
  /** Errors: `resource_exhausted` where the filter leaves more than 200,000 combinations of machine, plan and repo. */
  listOperations(query: HistoryQuery): Promise<HistoryPage>;
}
