import type { OperationQuery } from "./store.js";

/** The most operations that are cleared in one call: it holds the writer for some milliseconds. */
export const CLEARED_AT_ONCE = 1_000;

/** Which operations somebody wants to see no more. `lastN` does not count. */
export interface ClearWish {
  readonly query: OperationQuery;
  /** Only those that ended with an error. */
  readonly onlyFailed: boolean;
}

/** Hub ids to clear, at most {@link CLEARED_AT_ONCE}; the buffer is handed over and unusable after. */
export interface ClearFrame {
  readonly ids: BigInt64Array<ArrayBuffer>;
  readonly onlyFailed: boolean;
  readonly atMs: number;
}

export interface ClearOutcome {
  /** Those that have ended and were not cleared before. */
  readonly cleared: number;
  /** What watchers are told, each the bytes of a `v1.OperationEvent`; empty when nobody follows. */
  readonly events: readonly Uint8Array[];
}

/** The part of the store that hides operations from its readers. Nothing is deleted. */
export interface ClearStore {
  /**
   * Hub ids of the operations that match, in no order.
   * Errors: `resource_exhausted` when they are more than 1,000,000.
   */
  findOperations(query: OperationQuery): Promise<BigInt64Array<ArrayBuffer>>;
  /**
   * Hides these operations from every read of operations, for as long as they are the same operations, whatever their
   * peer sends of them. Those that have not ended are passed over.
   */
  clearOperations(frame: ClearFrame): Promise<ClearOutcome>;
}
