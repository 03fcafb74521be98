import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { OperationEventSchema, OperationHeaderSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { OperationSchema } from "../../gen/v1/operations_pb.js";
import { readColumns } from "../../src/store/sqlite/columns.js";
import { readEvent } from "../../src/store/sqlite/event-view.js";
import { isWellFormed } from "../../src/store/well-formed.js";
import { compileWireTable } from "../../src/store/wire-table.js";
import { damaged, operations, wireBytes } from "./arbitraries.js";
import { deletedEvent, listEvent, rawListEvent } from "./operations.js";

const TABLE = compileWireTable(OperationSchema);

/** What the generated readers say of the same bytes. */
function expectedColumns(bytes: Uint8Array) {
  const header = fromBinary(OperationHeaderSchema, bytes, { readUnknownFields: false });
  const { op } = fromBinary(OperationSchema, bytes);
  const kind = OperationSchema.fields.find((field) => field.localName === op.case);
  return {
    originalId: header.id,
    modno: header.modno,
    originalFlowId: header.flowId === 0n ? header.id : header.flowId,
    startMs: header.unixTimeStartMs,
    endMs: header.unixTimeEndMs,
    status: header.status,
    kind: kind?.number ?? 0,
    snapshotId: header.snapshotId,
    instanceId: header.instanceId,
    repoGuid: header.repoGuid,
    repoId: header.repoId,
    planId: header.planId,
    parentId: op.case === "operationRunHook" ? op.value.parentOp : 0n,
  };
}

describe("columns", () => {
  test("ST5: columns are what the generated views read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          operations.map((message) => toBinary(OperationSchema, message)),
          damaged,
          wireBytes,
        ),
        (bytes) => {
          fc.pre(isWellFormed(TABLE, bytes));
          expect(readColumns(bytes)).toEqual(expectedColumns(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("ST19: the id before the damage is read, and nothing where there is none", () => {
    expect(readColumns(Uint8Array.of(8, 5, 0xff))?.originalId).toBe(5n);
    expect(readColumns(Uint8Array.of(8))).toBeUndefined();
    expect(readColumns(Uint8Array.of(0x12, 9, 1))).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(damaged, wireBytes, fc.uint8Array()), (bytes) => {
        readColumns(bytes);
      }),
    );
  });

  test("ST5: events are what the generated view reads", () => {
    const lists = fc.array(operations, { maxLength: 5 });
    const events = fc.oneof(
      lists.map((list) => listEvent(list, "createdOperations")),
      lists.map((list) => listEvent(list, "updatedOperations")),
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map(deletedEvent),
      fc.array(damaged, { maxLength: 3 }).map(rawListEvent),
    );
    // Several events in one message: the last kind counts, and lists of one kind are one list.
    fc.assert(
      fc.property(fc.array(events, { maxLength: 3 }), (parts) => {
        const bytes = new Uint8Array(Buffer.concat(parts));
        const { event } = fromBinary(OperationEventSchema, bytes);
        const view = readEvent(bytes);
        if (event.case === "deletedOperations") {
          const ids = event.value.values;
          expect(view).toMatchObject({ kind: "deleted", count: ids.length });
          expect(view?.kind === "deleted" && [...view.originalIds()]).toEqual(ids);
        } else if (event.case === "createdOperations" || event.case === "updatedOperations") {
          const updated = event.case === "updatedOperations";
          const { operations: bodies } = event.value;
          const ids = bodies.map((body) => readColumns(body)?.originalId ?? 0n).filter((id) => id > 0n);
          expect(view).toMatchObject({ kind: "list", updated, count: bodies.length });
          expect(view?.kind === "list" && [...view.operations()]).toEqual(bodies);
          expect(view?.kind === "list" && view.repeats()).toBe(new Set(ids).size < ids.length);
        } else {
          expect(view).toEqual({ kind: "nothing" });
        }
      }),
      { numRuns: 500 },
    );
  });

  test("ST17: bytes that are no event are none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        if (readEvent(bytes) !== undefined) fromBinary(OperationEventSchema, bytes);
      }),
      { numRuns: 5000 },
    );
  });
});
