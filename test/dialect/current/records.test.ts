import { randomBytes } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { array, assert, nat, property, uint8Array } from "fast-check";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { SyncStreamItem_SyncActionEncryptedSchema as EncryptedSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { RecordOpener, RecordSealer } from "../../../src/dialect/current/records.js";
import { HubError } from "../../../src/errors.js";
import { bytes, caseZero, item, negatives, VECTORS } from "./vectors.js";

const KEY = Buffer.alloc(32, 1);
const RUNS = { seed: 20_261_125, numRuns: 200 };
const payloads = array(uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });

describe("records with Backrest's own vectors", () => {
  test.each(VECTORS.cases)("RCD1: the records of $name open and seal to the same bytes", (vector) => {
    for (const [key, records] of [
      [vector.export_i2r, vector.records_i2r],
      [vector.export_r2i, vector.records_r2i],
    ] as const) {
      const opener = new RecordOpener(bytes(key));
      const sealer = new RecordSealer(bytes(key));
      expect(records.length).toBeGreaterThan(4);
      for (const { plaintext, outer_item } of records) {
        expect(base64(opener.open(item(outer_item)))).toBe(plaintext);
        const { nonce, ciphertext } = sealer.sealBytes(bytes(plaintext));
        expect(base64(recordOf(nonce, ciphertext))).toBe(outer_item);
      }
    }
  });

  test.each(negatives("record"))("RCD2: $name", (entry) => {
    const opener = new RecordOpener(bytes(caseZero().export_i2r));
    let accepted = 0;
    let refusal: unknown;
    for (const outer of entry.outer_items ?? []) {
      try {
        opener.open(item(outer));
        accepted++;
      } catch (reason) {
        refusal ??= reason;
      }
    }
    expect(accepted).toBe(entry.accepted_before_error);
    expect(refusal !== undefined).toBe(entry.rejected);
    if (refusal !== undefined) expectRefusal(refusal);
  });
});

describe("records", () => {
  test("RCD3: what is sealed opens in its order, and in no other", () => {
    assert(
      property(payloads, nat(), nat(), (contents, from, to) => {
        const records = sealAll(contents);
        const opener = new RecordOpener(KEY);
        expect(records.map((record) => opened(opener, record))).toEqual(contents.map(hex));
        const one = from % records.length;
        const other = to % records.length;
        if (one === other) return;
        const moved = records.toSpliced(one, 1).toSpliced(other, 0, ...records.slice(one, one + 1));
        expect(firstFailure(moved)).toBe(Math.min(one, other));
      }),
      RUNS,
    );
  });

  test("RCD3: a record that is left out or comes twice ends what can be opened", () => {
    assert(
      property(payloads, nat(), (contents, at) => {
        const records = sealAll(contents);
        const index = at % records.length;
        expect(firstFailure(records.toSpliced(index + 1, 0, ...records.slice(index, index + 1)))).toBe(index + 1);
        if (index < records.length - 1) expect(firstFailure(records.toSpliced(index, 1))).toBe(index);
      }),
      RUNS,
    );
  });

  test("RCD4: no bit of a record can be changed and no byte cut off", () => {
    assert(
      property(uint8Array({ minLength: 1, maxLength: 100 }), nat(), nat(7), (content, at, bit) => {
        const parts = partsOf(sealAll([content])[0]);
        const whole = Buffer.concat([parts.nonce, parts.ciphertext]);
        const changed = Buffer.from(whole);
        const index = at % whole.length;
        changed[index] = (changed[index] ?? 0) ^ (1 << bit);
        expect(firstFailure([recordOf(changed.subarray(0, 12), changed.subarray(12))])).toBe(0);
        const cut = at % parts.ciphertext.length;
        expect(firstFailure([recordOf(parts.nonce, parts.ciphertext.subarray(0, cut))])).toBe(0);
      }),
      RUNS,
    );
  });

  test("RCD5: a record of the other direction or of another session does not open", () => {
    const { export_i2r, export_r2i } = caseZero();
    const reflected = new RecordSealer(bytes(export_r2i)).seal(payload(Buffer.from("x")));
    expectRefusal(caught(() => new RecordOpener(bytes(export_i2r)).open(reflected)));
    const foreign = new RecordSealer(randomBytes(32)).seal(payload(Buffer.from("x")));
    expectRefusal(caught(() => new RecordOpener(bytes(export_i2r)).open(foreign)));
  });

  test("RCD6: behind a record that is not right nothing opens, not even the right one", () => {
    const [first, second] = sealAll([Buffer.from("a"), Buffer.from("b")]);
    const opener = new RecordOpener(KEY);
    expectRefusal(caught(() => opener.open(second ?? payload(KEY))));
    expectRefusal(caught(() => opener.open(first ?? payload(KEY))));
  });

  test("RCD6: a record of any bytes is refused in words", () => {
    assert(
      property(uint8Array({ maxLength: 64 }), (value) => {
        const outer = create(SyncItemSchema, { action: { case: "encrypted", value } });
        expectRefusal(caught(() => new RecordOpener(KEY).open(outer)));
      }),
      RUNS,
    );
  });

  test("RCD7: an opened item's bytes are in memory of their own", () => {
    const received = new RecordOpener(KEY).open(sealAll([Buffer.alloc(40, 9)])[0] ?? payload(KEY));
    const value = received.action.value ?? new Uint8Array();
    expect(value.buffer.byteLength).toBeLessThan(64);
  });
});

function sealAll(contents: readonly Uint8Array[]): SyncItem[] {
  const sealer = new RecordSealer(KEY);
  return contents.map((content) => sealer.seal(payload(content)));
}

function payload(value: Uint8Array): SyncItem {
  return create(SyncItemSchema, { action: { case: "receiveOperations", value } });
}

function opened(opener: RecordOpener, record: SyncItem): string {
  return hex(opener.open(record).action.value ?? new Uint8Array());
}

/** The index of the first record that does not open, -1 where all do. */
function firstFailure(records: readonly SyncItem[]): number {
  const opener = new RecordOpener(KEY);
  return records.findIndex((record) => caught(() => opener.open(record)) !== undefined);
}

function partsOf(record: SyncItem | undefined): { nonce: Uint8Array; ciphertext: Uint8Array } {
  if (record?.action.case !== "encrypted") throw new Error("no record");
  return fromBinary(EncryptedSchema, record.action.value);
}

function recordOf(nonce: Uint8Array, ciphertext: Uint8Array): SyncItem {
  const value = toBinary(EncryptedSchema, create(EncryptedSchema, { nonce, ciphertext }));
  return create(SyncItemSchema, { action: { case: "encrypted", value } });
}

function caught(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (reason) {
    return reason;
  }
}

function expectRefusal(reason: unknown): void {
  expect(reason).toBeInstanceOf(HubError);
  expect(reason).toMatchObject({ code: "invalid_argument" });
}

function base64(message: SyncItem): string {
  return Buffer.from(toBinary(SyncItemSchema, message)).toString("base64");
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString("hex");
}
