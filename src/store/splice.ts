import { varintLength, varintLength32, writeVarint, writeVarint32 } from "./varint.js";

/**
 * What the hub puts over the numbers that a peer sent. The bytes of the operation stay as they came and these fields
 * are appended: protobuf takes the last value of a field and merges submessages, so every reader sees the hub's.
 */
export interface HubNumbers {
  readonly id: bigint;
  readonly flowId: bigint;
  /** The hub's own change number; readers get it as `modno`. */
  readonly change: bigint;
  readonly originalId: bigint;
  readonly originalFlowId: bigint;
  /** The peer's current key, encoded as UTF-8. */
  readonly keyid: Uint8Array;
  /** Only for `operation_run_hook`: the hub's id of the operation that the hook belongs to, 0 where it is unknown. */
  readonly parentId?: bigint | undefined;
}

// v1.Operation; a tag is `number << 3 | wire type`, and numbers above 15 take two bytes.
const TAG_ID = (1 << 3) | 0;
const TAG_FLOW_ID = (10 << 3) | 0;
const TAG_MODNO = (12 << 3) | 0;
const TAG_ORIGINAL_ID = (13 << 3) | 0;
const TAG_ORIGINAL_FLOW_ID = (14 << 3) | 0;
const TAG_ORIGINAL_INSTANCE_KEYID = (16 << 3) | 2;
const TAG_OPERATION_RUN_HOOK = (106 << 3) | 2;
// v1.OperationRunHook
const TAG_PARENT_OP = (4 << 3) | 0;

/** Length of `body` with the hub's numbers behind it. */
export function splicedLength(body: Uint8Array, numbers: HubNumbers): number {
  const { keyid, parentId } = numbers;
  let length = body.byteLength + 5;
  length += varintLength(numbers.id) + varintLength(numbers.flowId) + varintLength(numbers.change);
  length += varintLength(numbers.originalId) + varintLength(numbers.originalFlowId);
  length += 2 + varintLength32(keyid.byteLength) + keyid.byteLength;
  if (parentId !== undefined) length += 4 + varintLength(parentId);
  return length;
}

/**
 * Writes `body` with the hub's numbers behind it at `at`, {@link splicedLength} bytes in all, and returns the position
 * behind them. Log references (`logref`, `output_logref`) stay as the peer sent them, since logs never cross the wire;
 * the place to map them is here.
 */
export function writeSpliced(target: Uint8Array, at: number, body: Uint8Array, numbers: HubNumbers): number {
  target.set(body, at);
  let position = at + body.byteLength;
  position = writeNumber(target, position, TAG_ID, numbers.id);
  position = writeNumber(target, position, TAG_FLOW_ID, numbers.flowId);
  position = writeNumber(target, position, TAG_MODNO, numbers.change);
  position = writeNumber(target, position, TAG_ORIGINAL_ID, numbers.originalId);
  position = writeNumber(target, position, TAG_ORIGINAL_FLOW_ID, numbers.originalFlowId);
  position = writeVarint32(target, position, TAG_ORIGINAL_INSTANCE_KEYID);
  position = writeVarint32(target, position, numbers.keyid.byteLength);
  target.set(numbers.keyid, position);
  position += numbers.keyid.byteLength;
  if (numbers.parentId === undefined) return position;
  position = writeVarint32(target, position, TAG_OPERATION_RUN_HOOK);
  position = writeVarint32(target, position, 1 + varintLength(numbers.parentId));
  return writeNumber(target, position, TAG_PARENT_OP, numbers.parentId);
}

/** A copy of `body` with the hub's numbers behind it. */
export function splice(body: Uint8Array, numbers: HubNumbers): Uint8Array {
  const spliced = new Uint8Array(splicedLength(body, numbers));
  writeSpliced(spliced, 0, body, numbers);
  return spliced;
}

function writeNumber(target: Uint8Array, at: number, tag: number, value: bigint): number {
  target[at] = tag;
  return writeVarint(target, at + 1, value);
}
