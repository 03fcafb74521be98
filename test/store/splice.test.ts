import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  type Operation,
  OperationEventSchema,
  OperationListSchema,
  OperationSchema,
} from "../../gen/v1/operations_pb.js";
import { OperationListWriter, deletedEvent, listEvent } from "../../src/store/list-writer.js";
import { findLogRefs, hubLogRef } from "../../src/store/log-refs.js";
import { type HubNumbers, splice, splicedLength } from "../../src/store/splice.js";
import { operations } from "./arbitraries.js";

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, 127n, 128n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 35n - 1n, 2n ** 35n, 2n ** 56n, 2n ** 63n - 1n),
);
const positive = fc.oneof(
  fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
  fc.constantFrom(1n, 9n, 10n, 99n, 100n, 10n ** 18n, 2n ** 63n - 1n),
);
const hubNumbers: fc.Arbitrary<HubNumbers> = fc.record({
  id: positive,
  flowId: int64,
  change: int64,
  originalId: int64,
  originalFlowId: int64,
  keyid: fc.string({ maxLength: 200 }).map((keyid) => new TextEncoder().encode(keyid)),
});

/** What the splice stands for: decode, set, encode. */
function set(message: Operation, numbers: HubNumbers): Operation {
  message.id = numbers.id;
  message.flowId = numbers.flowId;
  message.modno = numbers.change;
  message.originalId = numbers.originalId;
  message.originalFlowId = numbers.originalFlowId;
  message.originalInstanceKeyid = new TextDecoder().decode(numbers.keyid);
  message.logref = mapped(message.logref, numbers);
  switch (message.op.case) {
    case "operationPrune":
    case "operationCheck":
    case "operationRunHook":
    case "operationRunCommand":
      message.op.value.outputLogref = mapped(message.op.value.outputLogref, numbers);
  }
  if (numbers.parentId !== undefined && message.op.case === "operationRunHook") {
    message.op.value.parentOp = numbers.parentId;
  }
  return message;
}

function mapped(ref: string, { id }: HubNumbers): string {
  return ref === "" ? "" : hubLogRef({ operationId: id, ref });
}

/** A hook gets a parent, nothing else does. */
function numbersFor(message: Operation, numbers: HubNumbers, parentId: bigint): HubNumbers {
  return message.op.case === "operationRunHook" ? { ...numbers, parentId } : numbers;
}

describe("splice", () => {
  test("ST25: spliced bytes read as if decoded, changed and encoded", () => {
    fc.assert(
      fc.property(operations, hubNumbers, int64, (message, given, parentId) => {
        const numbers = numbersFor(message, given, parentId);
        const body = toBinary(OperationSchema, message);
        const spliced = splice(body, numbers);
        expect(spliced.byteLength).toBe(splicedLength(body, numbers, findLogRefs(body)));
        expect(fromBinary(OperationSchema, spliced)).toEqual(set(fromBinary(OperationSchema, body), numbers));
      }),
      { numRuns: 500 },
    );
  });

  test("LOGS1: an operation in pieces, as protobuf allows it, gets the names of its logs all the same", () => {
    fc.assert(
      fc.property(fc.array(operations, { minLength: 1, maxLength: 4 }), hubNumbers, (pieces, numbers) => {
        const body = Buffer.concat(pieces.map((piece) => toBinary(OperationSchema, piece)));
        expect(fromBinary(OperationSchema, splice(body, numbers))).toEqual(
          set(fromBinary(OperationSchema, body), numbers),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("ST25: a list and an event of spliced operations read as such", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(operations, hubNumbers, int64), { maxLength: 8 }), (items) => {
        const writer = new OperationListWriter(16);
        const expected: Operation[] = [];
        for (const [message, given, parentId] of items) {
          const numbers = numbersFor(message, given, parentId);
          const body = toBinary(OperationSchema, message);
          writer.add(body, numbers);
          expected.push(set(fromBinary(OperationSchema, body), numbers));
        }
        const list = writer.finish();
        expect(list.buffer.byteLength).toBe(list.byteLength);
        expect(fromBinary(OperationListSchema, list).operations).toEqual(expected);
        const { event } = fromBinary(OperationEventSchema, listEvent("updated", list));
        expect(event.case).toBe("updatedOperations");
        expect(event.case === "updatedOperations" && event.value.operations).toEqual(expected);
        expect(fromBinary(OperationEventSchema, listEvent("created", list)).event.case).toBe("createdOperations");
      }),
      { numRuns: 200 },
    );
  });

  test("ST25: an event of deleted ids reads as such", () => {
    fc.assert(
      fc.property(fc.array(int64, { maxLength: 100 }), (ids) => {
        const { event } = fromBinary(OperationEventSchema, deletedEvent(ids));
        expect(event.case === "deletedOperations" && event.value.values).toEqual(ids);
      }),
    );
  });
});
