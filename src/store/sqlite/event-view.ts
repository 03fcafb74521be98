import { WIRE_BYTES, WIRE_VARINT, WireReader } from "../wire-reader.js";

/** What a message of operations asks for; its operations stay encoded. */
export type EventView =
  | { readonly kind: "list"; readonly updated: boolean; readonly operations: readonly Uint8Array[] }
  | { readonly kind: "deleted"; readonly originalIds: readonly bigint[] }
  | { readonly kind: "nothing" };

// v1.OperationEvent
const FIELD_CREATED = 2;
const FIELD_UPDATED = 3;
const FIELD_DELETED = 4;
/** The one field of `v1.OperationList` and of `types.Int64List`. */
const FIELD_ITEMS = 1;

/** Reads a `v1.OperationEvent`; nothing when it is malformed. Its members exclude each other, and the last one counts. */
export function readEvent(bytes: Uint8Array): EventView | undefined {
  const fields = new WireReader(bytes);
  let number = 0;
  let pieces: WireReader[] = [];
  while (fields.next()) {
    if (fields.number > FIELD_DELETED) continue;
    if (fields.wireType !== WIRE_BYTES) return undefined;
    if (fields.number !== number) pieces = [];
    number = fields.number;
    pieces.push(new WireReader(bytes, fields.start, fields.end));
  }
  if (fields.malformed) return undefined;
  if (number === FIELD_DELETED) return deletedIds(pieces);
  if (number === FIELD_CREATED || number === FIELD_UPDATED) return operationList(pieces, number === FIELD_UPDATED);
  return { kind: "nothing" };
}

function operationList(pieces: readonly WireReader[], updated: boolean): EventView | undefined {
  const operations: Uint8Array[] = [];
  for (const list of pieces) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      if (list.wireType !== WIRE_BYTES) return undefined;
      operations.push(list.value());
    }
    if (list.malformed) return undefined;
  }
  return { kind: "list", updated, operations };
}

function deletedIds(pieces: readonly WireReader[]): EventView | undefined {
  const originalIds: bigint[] = [];
  for (const list of pieces) {
    while (list.next()) {
      if (list.number !== FIELD_ITEMS) continue;
      if (list.wireType === WIRE_VARINT) originalIds.push(list.int64());
      else if (list.wireType !== WIRE_BYTES || !list.packedInt64(originalIds)) return undefined;
    }
    if (list.malformed) return undefined;
  }
  return { kind: "deleted", originalIds };
}
