import type { PeerState } from "../../../gen/v1sync/syncservice_pb.js";

/**
 * Whether a machine says which plans it has: one that grants single repos sends their operations and lists no plan.
 * Nothing is known to be missing while nothing is known.
 */
export function namesPlans(state: PeerState | undefined): boolean {
  return state === undefined || state.knownPlans.length + (state.remoteConfig?.plans.length ?? 0) > 0;
}
