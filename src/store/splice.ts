import { type LogRefs, findLogRefs } from "./log-refs.js";
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
const TAG_LOGREF = (9 << 3) | 2;
const TAG_FLOW_ID = (10 << 3) | 0;
const TAG_MODNO = (12 << 3) | 0;
const TAG_ORIGINAL_ID = (13 << 3) | 0;
const TAG_ORIGINAL_FLOW_ID = (14 << 3) | 0;
const TAG_ORIGINAL_INSTANCE_KEYID = (16 << 3) | 2;
const TAG_OPERATION_RUN_HOOK = (106 << 3) | 2;
// v1.OperationRunHook
const TAG_PARENT_OP = (4 << 3) | 0;
// v1.OperationPrune, OperationCheck, OperationRunHook and OperationRunCommand
const TAG_OUTPUT_LOGREF = (2 << 3) | 2;

const LETTER_O = "o".charCodeAt(0);
const DIGIT_0 = "0".charCodeAt(0);
const FULL_STOP = ".".charCodeAt(0);

/** Length of `body` with the hub's numbers behind it. */
export function splicedLength(body: Uint8Array, numbers: HubNumbers, refs: LogRefs): number {
  const { keyid, parentId } = numbers;
  let length = body.byteLength + 5;
  length += varintLength(numbers.id) + varintLength(numbers.flowId) + varintLength(numbers.change);
  length += varintLength(numbers.originalId) + varintLength(numbers.originalFlowId);
  length += 2 + varintLength32(keyid.byteLength) + keyid.byteLength;
  if (parentId !== undefined) length += 4 + varintLength(parentId);
  if (refs.start >= 0) length += refLength(numbers.id, refs.end - refs.start);
  if (refs.outputKind !== 0) {
    const output = refLength(numbers.id, refs.outputEnd - refs.outputStart);
    length += 2 + varintLength32(output) + output;
  }
  return length;
}

/**
 * Writes `body` with the hub's numbers behind it at `at`, {@link splicedLength} bytes in all, and returns the position
 * behind them. Names of logs get the hub's id of the operation before them; see log-refs.ts.
 * @param refs what {@link findLogRefs} found in `body`
 */
export function writeSpliced(
  target: Uint8Array,
  at: number,
  body: Uint8Array,
  numbers: HubNumbers,
  refs: LogRefs,
): number {
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
  if (refs.start >= 0) {
    position = writeRef(target, position, TAG_LOGREF, numbers.id, body.subarray(refs.start, refs.end));
  }
  if (refs.outputKind !== 0) {
    const output = body.subarray(refs.outputStart, refs.outputEnd);
    position = writeVarint32(target, position, (refs.outputKind << 3) | 2);
    position = writeVarint32(target, position, refLength(numbers.id, output.byteLength));
    position = writeRef(target, position, TAG_OUTPUT_LOGREF, numbers.id, output);
  }
  if (numbers.parentId === undefined) return position;
  position = writeVarint32(target, position, TAG_OPERATION_RUN_HOOK);
  position = writeVarint32(target, position, 1 + varintLength(numbers.parentId));
  return writeNumber(target, position, TAG_PARENT_OP, numbers.parentId);
}

/** A copy of `body` with the hub's numbers behind it. */
export function splice(body: Uint8Array, numbers: HubNumbers): Uint8Array {
  const refs = findLogRefs(body);
  const spliced = new Uint8Array(splicedLength(body, numbers, refs));
  writeSpliced(spliced, 0, body, numbers, refs);
  return spliced;
}

/** Bytes of a field with a log's name in it: its tag, its length and `o<id>.<name>`. */
function refLength(id: bigint, nameLength: number): number {
  const length = 2 + decimalLength(id) + nameLength;
  return 1 + varintLength32(length) + length;
}

function writeRef(target: Uint8Array, at: number, tag: number, id: bigint, name: Uint8Array): number {
  const digits = decimalLength(id);
  target[at] = tag;
  let position = writeVarint32(target, at + 1, 2 + digits + name.byteLength);
  target[position++] = LETTER_O;
  let rest = id;
  for (let place = position + digits - 1; place >= position; place--) {
    target[place] = DIGIT_0 + Number(rest % 10n);
    rest /= 10n;
  }
  position += digits;
  target[position++] = FULL_STOP;
  target.set(name, position);
  return position + name.byteLength;
}

/** Digits of a hub's id, which is positive. */
function decimalLength(id: bigint): number {
  let length = 1;
  for (let power = 10n; power <= id; power *= 10n) length += 1;
  return length;
}

function writeNumber(target: Uint8Array, at: number, tag: number, value: bigint): number {
  target[at] = tag;
  return writeVarint(target, at + 1, value);
}
