import { WIRE_BYTES, WIRE_VARINT, WireReader } from "../../store/wire-reader.js";
import { HubError } from "../../errors.js";
import type { Manifest } from "../dialect.js";
import { assertCount } from "../message-size.js";
import { refused } from "../payloads.js";

export const MAX_MANIFEST_IDS = 2_000_000;
const OP_IDS = 1;
const MODNOS = 2;

/**
 * Reads a manifest out of its bytes. No number is made a bigint on the way: two million of them would be garbage that
 * stops everybody else.
 * @param bytes an `OperationManifest`
 * @throws HubError `resource_exhausted` for too many ids; `invalid_argument` for what does not decode, columns of
 * different lengths, and ids that are not above zero or come twice
 */
export function readManifest(bytes: Uint8Array): Manifest {
  const counts = countColumns(bytes);
  assertCount("a manifest", Math.max(counts.opIds, counts.modnos), MAX_MANIFEST_IDS);
  if (counts.opIds !== counts.modnos) {
    throw refused(`a manifest with ${counts.opIds} ids and ${counts.modnos} modnos`, "each id needs its modno");
  }
  const manifest = { opIds: new BigInt64Array(counts.opIds), modnos: new BigInt64Array(counts.opIds) };
  fillColumns(bytes, manifest);
  assertIds(manifest.opIds);
  return manifest;
}

function countColumns(bytes: Uint8Array): { opIds: number; modnos: number } {
  const counts = { opIds: 0, modnos: 0 };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.number !== OP_IDS && reader.number !== MODNOS) continue;
    const count = countValues(reader);
    if (reader.number === OP_IDS) counts.opIds += count;
    else counts.modnos += count;
  }
  if (reader.malformed) throw malformed();
  return counts;
}

/** Numbers come packed, or one by one from whoever likes it so. */
function countValues(reader: WireReader): number {
  if (reader.wireType === WIRE_VARINT) return 1;
  const count = reader.wireType === WIRE_BYTES ? reader.packedCount() : -1;
  if (count < 0) throw malformed();
  return count;
}

function fillColumns(bytes: Uint8Array, { opIds, modnos }: Manifest): void {
  const reader = new WireReader(bytes);
  const columns = { [OP_IDS]: wordsOf(opIds), [MODNOS]: wordsOf(modnos) };
  const next = { [OP_IDS]: 0, [MODNOS]: 0 };
  while (reader.next()) {
    const { number } = reader;
    if (number !== OP_IDS && number !== MODNOS) continue;
    next[number] = copyVarints(bytes, reader.start, reader.end, columns[number], next[number]);
  }
}

/** Low words at even places, high words at odd ones. */
function wordsOf(column: BigInt64Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(column.buffer);
}

/** Copies varints that were counted before, and returns the place behind the last word. */
function copyVarints(bytes: Uint8Array, start: number, end: number, words: Uint32Array, place: number): number {
  let at = start;
  let word = place;
  while (at < end) {
    let low = 0;
    let high = 0;
    for (let shift = 0; at < end; shift += 7) {
      const byte = bytes[at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    words[word++] = low;
    words[word++] = high;
  }
  return word;
}

function assertIds(opIds: BigInt64Array<ArrayBuffer>): void {
  const words = wordsOf(opIds);
  let ascending = true;
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0;
    const high = words[at + 1] ?? 0;
    if (high > 0x7fff_ffff || (low === 0 && high === 0)) {
      throw refused("a manifest with an id that is zero or negative", "operations are numbered from 1");
    }
    ascending &&= at === 0 || isBelow(words, at - 2, low, high);
  }
  if (ascending) return;
  // All of a manifest of 200,000 ids takes 7 to 18 ms, of two million 60 to 190 ms, the most where they come in no order.
  // A hash table would be no faster, and could be made to take for ever.
  const sorted = wordsOf(opIds.slice().sort());
  for (let at = 2; at < sorted.length; at += 2) {
    if (sorted[at] === sorted[at - 2] && sorted[at + 1] === sorted[at - 1]) {
      throw refused("a manifest with the same id twice", "an operation has one modno");
    }
  }
}

function isBelow(words: Uint32Array, at: number, low: number, high: number): boolean {
  const previousHigh = words[at + 1] ?? 0;
  return previousHigh < high || (previousHigh === high && (words[at] ?? 0) < low);
}

function malformed(): HubError {
  return new HubError(
    "invalid_argument",
    "a message with a manifest does not decode; this does not look like a Backrest",
  );
}
