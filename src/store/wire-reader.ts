/** Wire types of protobuf that the hub reads; groups (3 and 4) are refused. */
export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

const MAX_TAG = 0xffffffff;

const scratch = new BigInt64Array(1);
const words = new Uint32Array(scratch.buffer);

/**
 * Steps through the fields of one encoded message, in place. The engine threads read with it instead of generated code:
 * the runtime of that costs each thread about 15 MB and 60 ms of its start.
 */
export class WireReader {
  /** The field that {@link next} has stepped to. */
  number = 0;
  wireType = 0;
  /** Where the field's value begins and ends in `bytes`; for a varint that are the varint's own bytes. */
  start = 0;
  end = 0;
  /** True once the bytes turned out to be no message; {@link next} then ends. */
  malformed = false;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
    private readonly limit = bytes.byteLength,
  ) {}

  /** Where the field begins that {@link next} steps to. */
  get position(): number {
    return this.at;
  }

  /** Steps to the next field; false behind the last one and where the bytes are malformed. */
  next(): boolean {
    if (this.malformed || this.at >= this.limit) return false;
    const { bytes, limit } = this;
    const tag = readUint32(bytes, this.at, limit);
    if (tag < 8) return this.fail();
    this.number = tag >>> 3;
    this.wireType = tag & 7;
    this.start = skipVarint(bytes, this.at, limit);
    if (this.wireType === WIRE_BYTES) {
      const length = readUint32(bytes, this.start, limit);
      if (length < 0) return this.fail();
      this.start = skipVarint(bytes, this.start, limit);
      this.end = this.start + length;
    } else {
      this.end = endOfNumber(this.wireType, bytes, this.start, limit);
    }
    if (this.end < 0 || this.end > limit) return this.fail();
    this.at = this.end;
    return true;
  }

  /** The value as a signed number of 64 bits. */
  int64(): bigint {
    return readInt64(this.bytes, this.start);
  }

  /** The eight bytes of a fixed number as a floating one. */
  float64(): number {
    const { buffer, byteOffset } = this.bytes;
    return new DataView(buffer, byteOffset + this.start, 8).getFloat64(0, true);
  }

  /** The value's bytes, in place. */
  value(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** The first `maxBytes` of the value as text; what is not UTF-8 in them becomes U+FFFD. */
  text(maxBytes: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + this.start, Math.min(this.end - this.start, maxBytes)).toString();
  }

  /** How many numbers a packed value holds, -1 where they do not end with it. */
  packedCount(): number {
    let count = 0;
    let at = this.start;
    while (at < this.end) {
      at = skipVarint(this.bytes, at, this.end);
      if (at < 0) return -1;
      count += 1;
    }
    return count;
  }

  /** The numbers of a packed value that {@link packedCount} accepts. */
  *packedInt64(): Generator<bigint> {
    let at = this.start;
    while (at < this.end) {
      yield readInt64(this.bytes, at);
      at = skipVarint(this.bytes, at, this.end);
    }
  }

  private fail(): false {
    this.malformed = true;
    return false;
  }
}

/** The position behind a number of this wire type, -1 where it is cut off or the type is none of a number. */
export function endOfNumber(wireType: number, bytes: Uint8Array, at: number, end: number): number {
  if (wireType === WIRE_VARINT) return skipVarint(bytes, at, end);
  const width = wireType === WIRE_FIXED64 ? 8 : wireType === WIRE_FIXED32 ? 4 : -1;
  return width < 0 || at + width > end ? -1 : at + width;
}

/** The position behind a varint, -1 where it is cut off or holds more than 64 bits. */
export function skipVarint(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end && at < start + 10; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return at === start + 9 && byte > 1 ? -1 : at + 1;
  }
  return -1;
}

/** A varint of at most 32 bits in at most five bytes, -1 where it is cut off or larger. */
export function readUint32(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && at < start + 5; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value > MAX_TAG ? -1 : value;
    scale *= 128;
  }
  return -1;
}

/** A varint that {@link skipVarint} accepts, as a signed number of 64 bits. */
export function readInt64(bytes: Uint8Array, start: number): bigint {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i] ?? 0;
    const bits = byte & 0x7f;
    const shift = i * 7;
    if (shift < 32) low |= bits << shift;
    if (shift >= 32) high |= bits << (shift - 32);
    else if (shift > 25) high |= bits >>> (32 - shift);
    if (byte < 0x80) break;
  }
  words[0] = low;
  words[1] = high;
  return scratch[0] ?? 0n;
}
