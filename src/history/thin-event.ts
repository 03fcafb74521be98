import { WIRE_VARINT, WireReader } from "../store/wire-reader.js";

/** An event of which only the ids of its operations are kept, eight bytes each. */
export interface ThinEvent {
  readonly kind: "created" | "updated";
  readonly ids: BigInt64Array;
}

// v1.OperationEvent
const KINDS: Readonly<Record<number, ThinEvent["kind"]>> = { 2: "created", 3: "updated" };
/** The one field of `v1.OperationList`. */
const FIELD_OPERATIONS = 1;
/** The id of `v1.Operation`. */
const FIELD_ID = 1;

/** The ids of a `v1.OperationEvent` in the hub's numbers; nothing for one that holds no operations. */
export function thinned(event: Uint8Array): ThinEvent | undefined {
  const member = new WireReader(event);
  if (!member.next()) return undefined;
  const kind = KINDS[member.number];
  if (kind === undefined) return undefined;
  const ids: bigint[] = [];
  const list = new WireReader(event, member.start, member.end);
  while (list.next()) if (list.number === FIELD_OPERATIONS) ids.push(idOf(event, list.start, list.end));
  return { kind, ids: BigInt64Array.from(ids) };
}

/** The last id counts: the hub's stands behind the peer's own. */
function idOf(bytes: Uint8Array, start: number, end: number): bigint {
  const fields = new WireReader(bytes, start, end);
  let id = 0n;
  while (fields.next()) if (fields.number === FIELD_ID && fields.wireType === WIRE_VARINT) id = fields.int64();
  return id;
}
