import { fromBinary, toJson } from "@bufbuild/protobuf";
import { OperationListSchema } from "../../gen/v1/operations_pb.js";
import { WireReader } from "../store/wire-reader.js";

/** What is decoded at once: about a hundred operations, some milliseconds. */
const SLICE_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** The end of the line of those who want a turn of the loop. */
let lastTurn: Promise<void> = Promise.resolve();

/**
 * An encoded `v1.OperationList` as JSON, piece by piece. Ten thousand operations take a quarter of a second, in which
 * nobody else would be served: of all who want JSON at the same time, one gets a slice in each turn of the loop.
 * @param more what stands behind the operations, such as `"name":"value"`
 */
export async function* listJson(list: Uint8Array, more?: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode('{"operations":[');
  let first = true;
  for (const slice of slicesOf(list)) {
    await turn();
    const text = jsonOf(slice);
    yield encoder.encode(first ? text : `,${text}`);
    first = false;
  }
  yield encoder.encode(more === undefined ? "]}" : `],${more}}`);
}

function turn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)));
  return lastTurn;
}

/** The list in pieces that are lists themselves. */
function* slicesOf(list: Uint8Array): Generator<Uint8Array> {
  const entries = new WireReader(list);
  let start = 0;
  while (entries.next()) {
    if (entries.position - start < SLICE_BYTES) continue;
    yield list.subarray(start, entries.position);
    start = entries.position;
  }
  if (start < list.byteLength) yield list.subarray(start);
}

/** The operations of a list, without the brackets around them. */
function jsonOf(list: Uint8Array): string {
  const operations = fromBinary(OperationListSchema, list);
  return JSON.stringify(toJson(OperationListSchema, operations)).slice('{"operations":['.length, -"]}".length);
}
