import type { Random } from "../random.js";

/** One to four bits flipped, a byte put in or left out, or everything from somewhere on cut off. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(4)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Uint8Array.of(random.below(256)), bytes.subarray(at)]);
    default: {
      const flipped = Uint8Array.from(bytes);
      for (let flips = random.below(4); flips >= 0; flips--) flipBit(flipped, random);
      return flipped;
    }
  }
}

/** The same with one bit of it changed. */
export function withBitFlipped(bytes: Uint8Array, random: Random): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipBit(flipped, random);
  return flipped;
}

/** Damaged until it no longer says the same: some bits mean nothing to a reader of protobuf. */
export function damagedInMeaning(
  bytes: Uint8Array,
  random: Random,
  saysTheSame: (damaged: Uint8Array) => boolean,
): Uint8Array {
  for (;;) {
    const changed = Uint8Array.from(damaged(bytes, random));
    if (!saysTheSame(changed)) return changed;
  }
}

export function randomBytes(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function flipBit(bytes: Uint8Array, random: Random): void {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
}
