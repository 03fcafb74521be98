import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "@jest/globals";
import { array, assert, bigInt, property, tuple, uint8Array, uniqueArray } from "fast-check";
import { OperationManifestSchema } from "../../../gen/v1sync3/session_pb.js";
import { MAX_MANIFEST_IDS, readManifest } from "../../../src/dialect/current/manifest.js";
import { HubError } from "../../../src/errors.js";

const RUNS = { seed: 20_261_125, numRuns: 300 };
const MAX = 2n ** 63n - 1n;
const int64 = bigInt({ min: -(2n ** 63n), max: MAX });
const rows = uniqueArray(tuple(bigInt({ min: 1n, max: MAX }), int64), { selector: ([id]) => id, maxLength: 60 });

describe("an operation manifest", () => {
  test("CUR6: is read as generated code reads it, in its own order", () => {
    assert(
      property(rows, (entries) => {
        const opIds = entries.map(([id]) => id);
        const modnos = entries.map(([, modno]) => modno);
        const manifest = readManifest(encode(opIds, modnos));
        expect([...manifest.opIds]).toEqual(opIds);
        expect([...manifest.modnos]).toEqual(modnos);
      }),
      RUNS,
    );
  });

  test("CUR6: numbers may come one by one and in several pieces, beside fields that nobody knows", () => {
    const writer = new BinaryWriter();
    writer.tag(1, WireType.Varint).int64(7n).tag(2, WireType.Varint).int64(70n);
    writer.tag(9, WireType.LengthDelimited).string("unknown");
    writer.tag(1, WireType.LengthDelimited).fork().int64(300n).int64(MAX).join();
    writer.tag(2, WireType.LengthDelimited).fork().int64(-1n).join();
    writer.tag(2, WireType.LengthDelimited).fork().int64(0n).join();
    const manifest = readManifest(writer.finish());
    expect([...manifest.opIds]).toEqual([7n, 300n, MAX]);
    expect([...manifest.modnos]).toEqual([70n, -1n, 0n]);
  });

  test("CUR6: an empty one is one", () => {
    expect(readManifest(new Uint8Array())).toEqual({ opIds: new BigInt64Array(), modnos: new BigInt64Array() });
  });

  test("CUR7: columns of different lengths, ids of zero or less and repeated ids are refused in words", () => {
    for (const [opIds, modnos, words] of [
      [[1n, 2n], [1n], /2 ids and 1 modnos/],
      [[], [1n], /0 ids and 1 modnos/],
      [[1n, -1n], [1n, 1n], /zero or negative/],
      [[-(2n ** 63n)], [1n], /zero or negative/],
      [[0n], [1n], /zero or negative/],
      [[5n, 5n], [1n, 2n], /same id twice/],
      [[5n, 9n, 2n, 5n], [1n, 2n, 3n, 4n], /same id twice/],
      [[2n ** 40n + 1n, 1n, 2n ** 40n + 1n], [1n, 1n, 1n], /same id twice/],
    ] as const) {
      expectRefusal(encode(opIds, modnos), "invalid_argument", words);
    }
  });

  test("CUR7: what differs only in its high or its low half is no repetition", () => {
    const opIds = [2n ** 32n + 5n, 5n, 2n ** 33n + 5n, 2n ** 32n + 4n];
    expect([...readManifest(encode(opIds, opIds)).opIds]).toEqual(opIds);
  });

  test("CUR7: bytes that are no manifest are refused in words", () => {
    assert(
      property(array(uint8Array({ maxLength: 40 }), { maxLength: 3 }), (pieces) => {
        try {
          readManifest(Buffer.concat(pieces));
        } catch (reason) {
          expect(reason).toBeInstanceOf(HubError);
        }
      }),
      RUNS,
    );
    for (const hex of ["0a", "0a05", "0a01ff", "0a0affffffffffffffffffff", "0d01000000", "ff"]) {
      expectRefusal(Buffer.from(hex, "hex"), "invalid_argument", /does not decode/);
    }
  });

  test("CUR8: 2,000,000 ids are taken, one more is refused before any is read", () => {
    const largest = columns(MAX_MANIFEST_IDS);
    const startedMs = performance.now();
    expect(readManifest(largest).opIds).toHaveLength(MAX_MANIFEST_IDS);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expectRefusal(columns(MAX_MANIFEST_IDS + 1), "resource_exhausted", /2000001 entries/);
  });
});

function encode(opIds: readonly bigint[], modnos: readonly bigint[]): Uint8Array {
  return toBinary(OperationManifestSchema, create(OperationManifestSchema, { opIds: [...opIds], modnos: [...modnos] }));
}

/** Ids from the highest to 1, each in four bytes. */
function columns(count: number): Uint8Array {
  const column = Buffer.alloc(count * 4);
  for (let at = 0; at < count; at++) {
    const id = count - at;
    column.set([(id & 0x7f) | 0x80, ((id >>> 7) & 0x7f) | 0x80, ((id >>> 14) & 0x7f) | 0x80, id >>> 21], at * 4);
  }
  const writer = new BinaryWriter();
  return writer.tag(1, WireType.LengthDelimited).bytes(column).tag(2, WireType.LengthDelimited).bytes(column).finish();
}

function expectRefusal(bytes: Uint8Array, code: string, words: RegExp): void {
  expect(() => readManifest(bytes)).toThrow(
    expect.objectContaining({ name: "HubError", code, message: expect.stringMatching(words) }),
  );
}
