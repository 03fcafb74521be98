import { WIRE_BYTES, WIRE_VARINT, WireReader, endOfNumber, readInt64, readUint32, skipVarint } from "../wire-reader.js";
import { KIND_RUN_HOOK } from "./kinds.js";

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
/** What is read of one: a code unit takes three bytes at most, so that what is cut off is still too long. */
const MAX_TEXT_BYTES = 3 * (MAX_ID_LENGTH + 2);

// v1.Operation
const FIELD_ID = 1;
const TAG_ID = (FIELD_ID << 3) | WIRE_VARINT;
const FIELD_REPO_ID = 2;
const FIELD_PLAN_ID = 3;
const FIELD_STATUS = 4;
const FIELD_UNIX_TIME_START_MS = 5;
const FIELD_UNIX_TIME_END_MS = 6;
const FIELD_SNAPSHOT_ID = 8;
const FIELD_FLOW_ID = 10;
const FIELD_INSTANCE_ID = 11;
const FIELD_MODNO = 12;
const FIELD_REPO_GUID = 15;
const FIRST_KIND = 100;
const LAST_KIND = 108;
// v1.OperationRunHook
const FIELD_PARENT_OP = 4;

const EMPTY: Columns = {
  originalId: 0n,
  modno: 0n,
  originalFlowId: 0n,
  startMs: 0n,
  endMs: 0n,
  status: 0,
  kind: 0,
  snapshotId: "",
  instanceId: "",
  repoGuid: "",
  repoId: "",
  planId: "",
  parentId: 0n,
};

type Draft = { -readonly [Name in keyof Columns]: Columns[Name] };

/**
 * Reads the columns out of an operation that is well formed. Of one that is not it reads what stands before the damage,
 * for the sake of the id; nothing when not even that can be told.
 */
export function readColumns(operation: Uint8Array): Columns | undefined {
  const fields = new WireReader(operation);
  const draft: Draft = { ...EMPTY };
  while (fields.next()) {
    if (fields.wireType === WIRE_VARINT) takeNumber(draft, fields);
    else if (fields.wireType === WIRE_BYTES) takeBytes(draft, fields);
  }
  if (fields.malformed && draft.originalId === 0n) return undefined;
  if (draft.originalFlowId === 0n) draft.originalFlowId = draft.originalId;
  return draft;
}

/** The id that {@link readColumns} reads, 0 where it reads none. It makes no object, for it is asked of every one. */
export function readOriginalId(bytes: Uint8Array, start: number, end: number): bigint {
  let idAt = -1;
  let at = start;
  while (at >= 0 && at < end) {
    const tag = readUint32(bytes, at, end);
    if (tag < 8) break;
    const valueAt = skipVarint(bytes, at, end);
    at = endOfField(tag & 7, bytes, valueAt, end);
    if (at >= 0 && tag === TAG_ID) idAt = valueAt;
  }
  return idAt < 0 ? 0n : readInt64(bytes, idAt);
}

/** The position behind a field's value, -1 where it is cut off. */
function endOfField(wireType: number, bytes: Uint8Array, at: number, end: number): number {
  if (wireType !== WIRE_BYTES) return endOfNumber(wireType, bytes, at, end);
  const length = readUint32(bytes, at, end);
  const after = length < 0 ? -1 : skipVarint(bytes, at, end) + length;
  return after > end ? -1 : after;
}

/**
 * Why the operation cannot be stored, nothing when it can. Upstream also requires a modno, a flow, a repo, a plan, an
 * instance and a start; the hub needs none of them, and a peer's whole history would hang on one row.
 */
export function refusalOf(columns: Columns | undefined): string | undefined {
  if (columns === undefined || columns.originalId <= 0n) return "its id is not positive";
  const { instanceId, repoGuid, repoId, planId, snapshotId } = columns;
  for (const id of [instanceId, repoGuid, repoId, planId, snapshotId]) {
    if (id.length > MAX_ID_LENGTH) return `an id in it is longer than ${MAX_ID_LENGTH} characters`;
    if (id.includes("\0")) return "an id in it holds a NUL";
  }
  return undefined;
}

function takeNumber(draft: Draft, fields: WireReader): void {
  switch (fields.number) {
    case FIELD_ID:
      draft.originalId = fields.int64();
      break;
    case FIELD_STATUS:
      draft.status = Number(BigInt.asIntN(32, fields.int64()));
      break;
    case FIELD_UNIX_TIME_START_MS:
      draft.startMs = fields.int64();
      break;
    case FIELD_UNIX_TIME_END_MS:
      draft.endMs = fields.int64();
      break;
    case FIELD_FLOW_ID:
      draft.originalFlowId = fields.int64();
      break;
    case FIELD_MODNO:
      draft.modno = fields.int64();
      break;
  }
}

function takeBytes(draft: Draft, fields: WireReader): void {
  switch (fields.number) {
    case FIELD_REPO_ID:
      draft.repoId = fields.text(MAX_TEXT_BYTES);
      break;
    case FIELD_PLAN_ID:
      draft.planId = fields.text(MAX_TEXT_BYTES);
      break;
    case FIELD_SNAPSHOT_ID:
      draft.snapshotId = fields.text(MAX_TEXT_BYTES);
      break;
    case FIELD_INSTANCE_ID:
      draft.instanceId = fields.text(MAX_TEXT_BYTES);
      break;
    case FIELD_REPO_GUID:
      draft.repoGuid = fields.text(MAX_TEXT_BYTES);
      break;
    default:
      if (fields.number >= FIRST_KIND && fields.number <= LAST_KIND) takeKind(draft, fields);
  }
}

/** The last kind counts; pieces of the same one belong together. */
function takeKind(draft: Draft, fields: WireReader): void {
  if (draft.kind !== fields.number) draft.parentId = 0n;
  draft.kind = fields.number;
  if (draft.kind !== KIND_RUN_HOOK) return;
  const hook = new WireReader(fields.bytes, fields.start, fields.end);
  while (hook.next()) {
    if (hook.number === FIELD_PARENT_OP && hook.wireType === WIRE_VARINT) draft.parentId = hook.int64();
  }
}
