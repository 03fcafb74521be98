import { WIRE_BYTES, WIRE_VARINT, WireReader } from "../wire-reader.js";
import { readOriginalId } from "./columns.js";

/**
 * What a message of operations asks for. Its operations and ids stay encoded and are read one by one, each time anew:
 * one message may hold millions of them, and an object for each would be more than the thread's memory.
 */
export type EventView =
  | {
      readonly kind: "list";
      readonly updated: boolean;
      readonly count: number;
      readonly operations: () => Iterable<Uint8Array>;
      /** Whether two of the operations have the same id; ids that no operation can have do not count. */
      readonly repeats: () => boolean;
    }
  | { readonly kind: "deleted"; readonly count: number; readonly originalIds: () => Iterable<bigint> }
  | { readonly kind: "nothing" };

/** The member that counts: its number, and where in the message its pieces begin. */
interface Member {
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly first: number;
}

// v1.OperationEvent
const FIELD_CREATED = 2;
const FIELD_UPDATED = 3;
const FIELD_DELETED = 4;
/** The one field of `v1.OperationList` and of `types.Int64List`. */
const FIELD_ITEMS = 1;

/** Reads a `v1.OperationEvent`; nothing when it is malformed. Its members exclude each other, and the last one counts. */
export function readEvent(bytes: Uint8Array): EventView | undefined {
  const member = lastMember(bytes);
  if (member === undefined) return undefined;
  if (member.number === FIELD_DELETED) {
    const count = countIds(member);
    return count < 0 ? undefined : { kind: "deleted", count, originalIds: () => idsOf(member) };
  }
  if (member.number !== FIELD_CREATED && member.number !== FIELD_UPDATED) return { kind: "nothing" };
  const count = countOperations(member);
  const updated = member.number === FIELD_UPDATED;
  return count < 0
    ? undefined
    : {
        kind: "list",
        updated,
        count,
        operations: () => operationsOf(member),
        repeats: () => hasRepeatedIds(member, count),
      };
}

function lastMember(bytes: Uint8Array): Member | undefined {
  const fields = new WireReader(bytes);
  let number = 0;
  let first = 0;
  for (let at = 0; fields.next(); at = fields.position) {
    if (fields.number > FIELD_DELETED) continue;
    if (fields.wireType !== WIRE_BYTES) return undefined;
    if (fields.number !== number) first = at;
    number = fields.number;
  }
  return fields.malformed ? undefined : { bytes, number, first };
}

/** The pieces of the member, which belong together. */
function* piecesOf({ bytes, number, first }: Member): Generator<WireReader> {
  const fields = new WireReader(bytes, first);
  while (fields.next()) {
    if (fields.number === number) yield new WireReader(bytes, fields.start, fields.end);
  }
}

/** How many operations the lists hold, -1 where they are malformed. */
function countOperations(member: Member): number {
  let count = 0;
  for (const list of piecesOf(member)) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      if (list.wireType !== WIRE_BYTES) return -1;
      count += 1;
    }
    if (list.malformed) return -1;
  }
  return count;
}

function* operationsOf(member: Member): Generator<Uint8Array> {
  for (const list of piecesOf(member)) {
    while (list.next()) if (list.number === FIELD_ITEMS) yield list.value();
  }
}

function hasRepeatedIds(member: Member, count: number): boolean {
  const ids = new BigInt64Array(count);
  let next = 0;
  let ascending = true;
  let last = 0n;
  for (const list of piecesOf(member)) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      const id = readOriginalId(list.bytes, list.start, list.end);
      ids[next++] = id;
      ascending &&= id > last;
      last = id;
    }
  }
  // Most lists are in the order in which their operations were made.
  return !ascending && ids.sort().some((id, i) => id > 0n && id === ids[i - 1]);
}

/** How many ids the lists hold, -1 where they are malformed. */
function countIds(member: Member): number {
  let count = 0;
  for (const list of piecesOf(member)) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      const more = list.wireType === WIRE_VARINT ? 1 : list.wireType === WIRE_BYTES ? list.packedCount() : -1;
      if (more < 0) return -1;
      count += more;
    }
    if (list.malformed) return -1;
  }
  return count;
}

function* idsOf(member: Member): Generator<bigint> {
  for (const list of piecesOf(member)) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      if (list.wireType === WIRE_VARINT) yield list.int64();
      else yield* list.packedInt64();
    }
  }
}
