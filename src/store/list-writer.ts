import { findLogRefs } from "./log-refs.js";
import { type HubNumbers, splicedLength, writeSpliced } from "./splice.js";
import { varintLength, varintLength32, writeVarint, writeVarint32 } from "./varint.js";

const TAG_FIRST_FIELD = (1 << 3) | 2;
const TAG_CREATED = (2 << 3) | 2;
const TAG_UPDATED = (3 << 3) | 2;
const TAG_DELETED = (4 << 3) | 2;

/** Writes a `v1.OperationList` whose operations carry the hub's numbers into one buffer that grows by doubling. */
export class OperationListWriter {
  private buffer: ArrayBuffer;
  private bytes: Uint8Array;
  private position = 0;
  count = 0;

  constructor(capacity = 4096) {
    this.buffer = new ArrayBuffer(capacity);
    this.bytes = new Uint8Array(this.buffer);
  }

  get byteLength(): number {
    return this.position;
  }

  add(body: Uint8Array, numbers: HubNumbers): void {
    const refs = findLogRefs(body);
    const length = splicedLength(body, numbers, refs);
    this.reserve(1 + varintLength32(length) + length);
    this.bytes[this.position] = TAG_FIRST_FIELD;
    const at = writeVarint32(this.bytes, this.position + 1, length);
    this.position = writeSpliced(this.bytes, at, body, numbers, refs);
    this.count += 1;
  }

  /** The list in a buffer of exactly its size. The writer is used up. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer.transfer(this.position));
  }

  private reserve(more: number): void {
    const needed = this.position + more;
    if (needed <= this.buffer.byteLength) return;
    this.buffer = this.buffer.transfer(Math.max(needed, this.buffer.byteLength * 2));
    this.bytes = new Uint8Array(this.buffer);
  }
}

/** A `v1.OperationEvent` around an encoded `v1.OperationList`. */
export function listEvent(kind: "created" | "updated", list: Uint8Array): Uint8Array<ArrayBuffer> {
  const event = new Uint8Array(1 + varintLength32(list.byteLength) + list.byteLength);
  event[0] = kind === "created" ? TAG_CREATED : TAG_UPDATED;
  event.set(list, writeVarint32(event, 1, list.byteLength));
  return event;
}

/** A `v1.OperationEvent` with the ids of operations that are gone. */
export function deletedEvent(ids: Iterable<bigint>): Uint8Array<ArrayBuffer> {
  let packed = 0;
  for (const id of ids) packed += varintLength(id);
  const list = 1 + varintLength32(packed) + packed;
  const event = new Uint8Array(1 + varintLength32(list) + list);
  event[0] = TAG_DELETED;
  let at = writeVarint32(event, 1, list);
  event[at] = TAG_FIRST_FIELD;
  at = writeVarint32(event, at + 1, packed);
  for (const id of ids) at = writeVarint(event, at, id);
  return event;
}
