/** Varints of 64 bits, written and measured without allocating; a negative number takes ten bytes, as in protobuf. */

const scratch = new BigInt64Array(1);
const words = new Uint32Array(scratch.buffer);

/** Bytes that `value` takes as a varint. */
export function varintLength(value: bigint): number {
  scratch[0] = value;
  const low = words[0] ?? 0;
  const high = words[1] ?? 0;
  if (high === 0) return varintLength32(low);
  const bits = 64 - Math.clz32(high);
  return Math.ceil(bits / 7);
}

/** Bytes that an unsigned 32-bit `value` takes as a varint. */
export function varintLength32(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Writes `value` at `at` and returns the position behind it. */
export function writeVarint(target: Uint8Array, at: number, value: bigint): number {
  scratch[0] = value;
  let low = words[0] ?? 0;
  let high = words[1] ?? 0;
  let position = at;
  while (high !== 0) {
    target[position++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  return writeVarint32(target, position, low);
}

/** Writes an unsigned 32-bit `value` at `at` and returns the position behind it. */
export function writeVarint32(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest >= 0x80) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}
