import type { Columns } from "./columns.js";
import type { Group } from "./groups.js";
import type { StoredOperation } from "./operation-rows.js";
import { STATUS_INPROGRESS } from "./statuses.js";

export function hasEnded(stored: Pick<StoredOperation, "status">): boolean {
  return stored.status > STATUS_INPROGRESS;
}

/**
 * Whether what comes under a number of the peer's is the operation that is stored under it. Clients use numbers again
 * (after a deletion and a restart, after a re-install); an operation keeps its kind, plan and flow for as long as it
 * lives, and its start from when it begins to run, so another one shows in them.
 */
export function isSameOperation(stored: StoredOperation, storedGroup: Group, came: Columns): boolean {
  return (
    (stored.startMs === came.startMs || !hasEnded(stored)) &&
    stored.kind === came.kind &&
    stored.originalFlowId === came.originalFlowId &&
    storedGroup.planId === came.planId
  );
}

/** As {@link isSameOperation}, for a row that was removed: it comes back only on the same repo. */
export function isSameOperationAgain(stored: StoredOperation, storedGroup: Group, came: Columns): boolean {
  const sameRepo =
    storedGroup.repoGuid === came.repoGuid && (came.repoGuid !== "" || storedGroup.repoId === came.repoId);
  return sameRepo && stored.startMs === came.startMs && isSameOperation(stored, storedGroup, came);
}
