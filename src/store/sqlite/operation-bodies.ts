import type { DatabaseSync } from "node:sqlite";
import type { OperationListWriter } from "../list-writer.js";
import { KIND_RUN_HOOK } from "./kinds.js";
import { PARENT_SQL } from "./parent-sql.js";
import { Statement } from "./statement.js";

type Row = [
  id: bigint,
  peerId: bigint,
  flowId: bigint,
  change: bigint,
  originalId: bigint,
  originalFlowId: bigint,
  parentId: bigint | null,
  body: Uint8Array<ArrayBuffer>,
];

/** Rows that are read from the table in one statement. */
const FETCH_CHUNK = 4096;
/** What the buffer of an answer begins with, so that it seldom has to grow. */
const USUAL_OPERATION_BYTES = 640;
const MAX_FIRST_CAPACITY = 16 * 1024 * 1024;

const encoder = new TextEncoder();

/** What the buffer for so many operations begins with. */
export function firstCapacity(operations: number): number {
  return Math.min(operations * USUAL_OPERATION_BYTES, MAX_FIRST_CAPACITY);
}

/** Reads operations by their ids and writes them into an answer; none is decoded. */
export class OperationBodies {
  private readonly currentKey: Statement<[string]>;
  private readonly fetch: Statement<Row>;

  constructor(db: DatabaseSync) {
    this.currentKey = new Statement(db, "SELECT keyid FROM peer_keys WHERE peer_id = ? AND is_current = 1");
    this.fetch = new Statement(
      db,
      `SELECT o.id, o.peer_id, o.flow_id, o.change, o.original_id, o.original_flow_id,
         CASE WHEN o.kind = ${KIND_RUN_HOOK} THEN coalesce(${PARENT_SQL}, 0) END, o.body
       FROM json_each(?) AS wanted CROSS JOIN operations AS o ON o.id = wanted.value`,
    );
  }

  /**
   * Writes these operations in their order, as many as fit, but at least the first.
   * @returns whether all of them did
   */
  write(ids: BigInt64Array, writer: OperationListWriter, maxBytes: number): boolean {
    const keys = new Map<bigint, Uint8Array>();
    for (let start = 0; start < ids.length; start += FETCH_CHUNK) {
      for (const row of this.fetch.each(`[${ids.subarray(start, start + FETCH_CHUNK).join()}]`)) {
        const [id, peerId, flowId, change, originalId, originalFlowId, parentId, body] = row;
        const keyid = keys.get(peerId) ?? this.keyBytes(peerId, keys);
        if (writer.count > 0 && writer.byteLength + body.byteLength > maxBytes) return false;
        writer.add(body, { id, flowId, change, originalId, originalFlowId, keyid, parentId: parentId ?? undefined });
      }
    }
    return true;
  }

  private keyBytes(peerId: bigint, keys: Map<bigint, Uint8Array>): Uint8Array {
    const bytes = encoder.encode(this.currentKey.get(peerId)?.[0] ?? "");
    keys.set(peerId, bytes);
    return bytes;
  }
}
