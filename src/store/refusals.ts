import type { RefusalCause } from "../refusal.js";
import type { Generation } from "./store.js";

/** What the hub keeps of equal connections that were refused or ended badly. Texts are bounded and safe to show. */
export interface RefusalRecord {
  /** Made of the cause and of who it was, so that the same is one entry, always. */
  readonly id: string;
  readonly cause: RefusalCause;
  readonly address: string;
  readonly generation?: Generation;
  readonly userAgent: string;
  readonly instanceId: string;
  readonly keyid: string;
  /** What the other side was told the last time; empty where nothing could be said. */
  readonly message: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** A session of its key has opened since. */
  readonly settled: boolean;
}

/** What became of the record since it was last kept. */
export interface RefusalChanges {
  /** New ones and changed ones, whole. */
  readonly put: readonly RefusalRecord[];
  /** Ids that are in the record no more. */
  readonly removed: readonly string[];
}
