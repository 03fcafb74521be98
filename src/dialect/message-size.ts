import { HubError } from "../errors.js";
import { WIRE_BYTES, WireReader } from "../store/wire-reader.js";

/**
 * What one message may hold. A Backrest sends batches of at most 512 operations, and a few hundred ids when it cleans
 * up. A message is one transaction, and everybody else's waits for it: the most that one may hold is what takes as long
 * as others may wait.
 */
export const MESSAGE_LIMITS = {
  operations: 8_192,
  deletedIds: 100_000,
  /** Repos and plans, and what hangs on them. */
  descriptions: 10_000,
  descriptionBytes: 512 << 10,
} as const;

/**
 * Counts the entries of repeated fields on the wire, without reading one: a message of a few megabytes can hold
 * millions of them, each of which costs far more once it is decoded.
 * @param fields the field numbers that count
 * @throws Error when the bytes are no message
 */
export function countEntries(bytes: Uint8Array, fields: ReadonlySet<number>): number {
  const reader = new WireReader(bytes);
  let count = 0;
  while (reader.next()) {
    if (fields.has(reader.number)) count += reader.wireType === WIRE_BYTES ? 1 : reader.end - reader.start;
  }
  if (reader.malformed) throw new Error("a field is cut off, or of a wire type that nobody sends");
  return count;
}

/** How many varints a packed field holds. */
export function countPacked(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  return count;
}

/** @throws HubError `resource_exhausted`, naming what there is too much of */
export function assertCount(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new HubError(
    "resource_exhausted",
    `this Backrest sent ${what} with ${count} entries in one message; at most ${limit} are accepted`,
  );
}
