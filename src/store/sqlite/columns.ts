import { fromBinary } from "@bufbuild/protobuf";
import { type OperationHeader, OperationHeaderSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { OperationRunHookSchema } from "../../../gen/v1/operations_pb.js";

/** What of an operation becomes a column, all in the peer's own numbers. */
export interface Columns {
  readonly originalId: bigint;
  readonly modno: bigint;
  /** The flow that the operation belongs to; its own id where the peer names none. */
  readonly originalFlowId: bigint;
  readonly startMs: bigint;
  readonly endMs: bigint;
  readonly status: number;
  /** The number of the field that says what was done (100 `operation_backup` … 108), 0 where there is none. */
  readonly kind: number;
  readonly snapshotId: string;
  readonly instanceId: string;
  readonly repoGuid: string;
  readonly repoId: string;
  readonly planId: string;
  /** For a hook, the operation that it belongs to; else 0. */
  readonly parentId: bigint;
}

/** Ids of instances, repos, plans and snapshots, in UTF-16 code units. */
const MAX_ID_LENGTH = 128;

/** Throws where the bytes do not decode. */
export function readColumns(operation: Uint8Array): Columns {
  const header = fromBinary(OperationHeaderSchema, operation, { readUnknownFields: false });
  return {
    originalId: header.id,
    modno: header.modno,
    originalFlowId: header.flowId === 0n ? header.id : header.flowId,
    startMs: header.unixTimeStartMs,
    endMs: header.unixTimeEndMs,
    status: header.status,
    kind: kindOf(header),
    snapshotId: header.snapshotId,
    instanceId: header.instanceId,
    repoGuid: header.repoGuid,
    repoId: header.repoId,
    planId: header.planId,
    parentId: header.op.case === "operationRunHook" ? parentOf(header.op.value) : 0n,
  };
}

/**
 * Why the operation cannot be stored, nothing when it can. Upstream also requires a modno, a flow, a repo, a plan, an
 * instance and a start; the hub needs none of them, and a peer's whole history would hang on one row.
 */
export function refusalOf(columns: Columns): string | undefined {
  if (columns.originalId <= 0n) return "its id is not positive";
  const { instanceId, repoGuid, repoId, planId, snapshotId } = columns;
  for (const id of [instanceId, repoGuid, repoId, planId, snapshotId]) {
    if (id.length > MAX_ID_LENGTH) return `an id in it is longer than ${MAX_ID_LENGTH} characters`;
    if (id.includes("\0")) return "an id in it holds a NUL";
  }
  return undefined;
}

function parentOf(hook: Uint8Array): bigint {
  return fromBinary(OperationRunHookSchema, hook, { readUnknownFields: false }).parentOp;
}

function kindOf(header: OperationHeader): number {
  const name = header.op.case;
  return name === undefined ? 0 : (KINDS.get(name) ?? 0);
}

const KINDS: ReadonlyMap<string, number> = new Map(
  OperationHeaderSchema.oneofs.flatMap(({ fields }) => fields.map((field) => [field.localName, field.number])),
);
