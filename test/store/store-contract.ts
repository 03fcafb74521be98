import type { Store } from "../../src/store/store.js";
import { describeAccess } from "./contract-access.js";
import { describeClearing } from "./contract-clearing.js";
import { describeHistory } from "./contract-history.js";
import { describeLogs } from "./contract-logs.js";
import { describeManifests } from "./contract-manifests.js";
import { describePages } from "./contract-pages.js";
import { describePairing } from "./contract-pairing.js";
import { describePasses } from "./contract-passes.js";
import { describePeers } from "./contract-peers.js";
import { describePoison } from "./contract-poison.js";
import { describePushes } from "./contract-pushes.js";
import { describeQueries } from "./contract-queries.js";
import { describeRefusals } from "./contract-refusals.js";
import { describeReuse } from "./contract-reuse.js";

/** One store of the engine under test, empty at first. */
export interface TestStore {
  readonly store: Store;
  /** Closes the store and opens what it has kept. */
  reopen(): Promise<Store>;
  /** Closes the store and removes what it has kept. */
  dispose(): Promise<void>;
}

export type OpenTestStore = () => Promise<TestStore>;

/** What every engine must do; its own test holds what only it does. */
export function describeStoreContract(open: OpenTestStore): void {
  describePeers(open);
  describePairing(open);
  describeAccess(open);
  describePushes(open);
  describeHistory(open);
  describeReuse(open);
  describePoison(open);
  describeRefusals(open);
  describeLogs(open);
  describePasses(open);
  describeManifests(open);
  describeQueries(open);
  describePages(open);
  describeClearing(open);
}
