import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { OperationSchema } from "../../gen/v1/operations_pb.js";
import { isWellFormed } from "../../src/store/well-formed.js";
import { compileWireTable } from "../../src/store/wire-table.js";
import { damaged, operations, wireBytes } from "./arbitraries.js";
import { encode, lengthDelimited, operation, varint } from "./operations.js";

const TABLE = compileWireTable(OperationSchema);
const wellFormed = (bytes: Uint8Array) => isWellFormed(TABLE, bytes);
const decodes = (bytes: Uint8Array) => {
  try {
    fromBinary(OperationSchema, bytes);
    return true;
  } catch {
    return false;
  }
};

describe("well-formed operations", () => {
  test("ST17: every operation that is encoded is well formed", () => {
    fc.assert(
      fc.property(operations, (message) => wellFormed(toBinary(OperationSchema, message))),
      { numRuns: 500 },
    );
  });

  test("ST17: what is damaged and still accepted decodes, and what does not decode is refused", () => {
    fc.assert(
      fc.property(damaged, (bytes) => !wellFormed(bytes) || decodes(bytes)),
      { numRuns: 5000 },
    );
  });

  test("ST17: made-up fields that are accepted decode", () => {
    fc.assert(
      fc.property(wireBytes, (bytes) => !wellFormed(bytes) || decodes(bytes)),
      { numRuns: 5000 },
    );
  });

  const good = encode(operation({ id: 1n, displayMessage: "zwölf ¼ 漢 🙂" }));
  const plus = (...parts: (Uint8Array | number[])[]) =>
    Buffer.concat([good, ...parts.map((part) => Uint8Array.from(part))]);
  const bytesOf = (count: number, value: number) => new Uint8Array(count).fill(value);
  const tag = (field: number, wireType: number) => varint(field * 8 + wireType);
  const cases: [string, boolean, Uint8Array][] = [
    ["text of several scripts", true, good],
    [
      "an unknown field of each wire type",
      true,
      plus(
        [...tag(50, 0), 1],
        [...tag(51, 1), ...bytesOf(8, 1)],
        [...tag(52, 5), 1, 2, 3, 4],
        lengthDelimited(60, 1),
        [0xff],
      ),
    ],
    ["a varint of ten bytes", true, plus([...tag(12, 0), ...bytesOf(9, 0xff), 1])],
    ["a varint of more than 64 bits", false, plus([...tag(12, 0), ...bytesOf(9, 0xff), 2])],
    ["a varint of eleven bytes", false, plus([...tag(12, 0), ...bytesOf(10, 0x80), 0])],
    ["a number in the wire type of another", false, plus([...tag(12, 1), ...bytesOf(8, 0)])],
    ["text as a number", false, plus([...tag(7, 0), 1])],
    ["a number as text", false, plus(lengthDelimited(12, 1), [1])],
    ["a message as a number", false, plus([...tag(100, 0), 1])],
    ["a group", false, plus([...tag(50, 3), ...tag(50, 4)])],
    ["wire type 6", false, plus(tag(50, 6))],
    ["wire type 7", false, plus(tag(50, 7))],
    ["field number 0", false, plus([0, 0])],
    ["a tag of more than 32 bits", false, plus([0x80, 0x80, 0x80, 0x80, 0x10, 0])],
    ["a length beyond the end", false, plus(lengthDelimited(7, 5), [65])],
    ["a length of 4 GiB", false, plus([...tag(7, 2), 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["a submessage that reaches beyond its parent", false, plus(lengthDelimited(100, 2), [0x1a, 5], [1, 2, 3, 4, 5])],
    ["an overlong form of text", false, plus(lengthDelimited(7, 2), [0xc0, 0x80])],
    ["half of a surrogate pair", false, plus(lengthDelimited(7, 3), [0xed, 0xa0, 0x80])],
    ["text that is cut off", false, plus(lengthDelimited(7, 3), [65, 0xe6, 0xbc])],
    [
      "bad text five messages deep",
      false,
      plus(lengthDelimited(102, 4), lengthDelimited(1, 2), lengthDelimited(1, 0).subarray(0, 1), [1]),
    ],
  ];
  test.each(cases)("ST17: %s: %s", (_, expected, bytes) => {
    expect(wellFormed(bytes)).toBe(expected);
    if (expected) expect(decodes(bytes)).toBe(true);
  });
});
