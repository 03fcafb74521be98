import { OperationStatus } from "../../gen/v1/operations_pb.js";
import type { NewOperation } from "../../src/client/history.js";

const REPO = { repoId: "repo", repoGuid: "a".repeat(64) };

/** A backup of a plan. */
export function backup(planId = "plan", change: Partial<NewOperation> = {}): NewOperation {
  return { ...REPO, planId, op: { case: "operationBackup", value: {} }, ...change };
}

export function prune(planId = "plan"): NewOperation {
  return { ...REPO, planId, op: { case: "operationPrune", value: {} } };
}

/** A hook that belongs to another operation. */
export function hook(parentOp: bigint, planId = "plan"): NewOperation {
  return { ...REPO, planId, op: { case: "operationRunHook", value: { name: "hook", parentOp } } };
}

export const SUCCESS = OperationStatus.STATUS_SUCCESS;
export const ERROR = OperationStatus.STATUS_ERROR;
