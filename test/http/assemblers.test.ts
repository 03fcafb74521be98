import { encodeEnvelope, encodeEnvelopes } from "@connectrpc/connect/protocol";
import { describe, expect, test } from "@jest/globals";
import { array, assert as assertProperty, infiniteStream, integer, property, uint8Array } from "fast-check";
import { EnvelopeAssembler, WholeAssembler } from "../../src/http/assemblers.js";

const LIMIT = 1024;
const LARGE = 64 * 1024;

describe("PORT13: envelopes come out whole, however they came in", () => {
  test("PORT13: any split of any envelopes gives the same envelopes", () => {
    const payloads = array(uint8Array({ maxLength: 40_000 }), { maxLength: 12 });
    assertProperty(
      property(payloads, infiniteStream(integer({ min: 1, max: 20_000 })), (messages, sizes) => {
        const body = encodeEnvelopes(...messages.map((data) => ({ flags: 0, data })));
        const chunks: Uint8Array[] = [];
        const assembler = new EnvelopeAssembler();
        for (let at = 0; at < body.byteLength; ) {
          const size = sizes.next().value ?? 1;
          assembler.push(body.subarray(at, at + size), LARGE, (chunk) => chunks.push(chunk));
          at += size;
        }
        assembler.end();
        expect(Buffer.concat(chunks).equals(body)).toBe(true);
      }),
    );
  });
});

test("PORT14: a length beyond the limit is refused when its head is complete, before any of it came", () => {
  for (const cut of [1, 3, 5]) {
    const head = Uint8Array.of(0, 0, 0, 4, 1);
    const assembler = new EnvelopeAssembler();
    expect(() => {
      assembler.push(head.subarray(0, cut), LIMIT, () => undefined);
      assembler.push(head.subarray(cut), LIMIT, () => undefined);
    }).toThrow(/1025 bytes is more than the 1024/);
  }
});

test("PORT14: a length within the limit that never comes holds no more memory than what came", () => {
  const limit = 32 * 1024 * 1024;
  const before = process.memoryUsage().arrayBuffers;
  const kept = Array.from({ length: 64 }, () => {
    const assembler = new EnvelopeAssembler();
    assembler.push(Uint8Array.of(0, 2, 0, 0, 0, 1, 2, 3), limit, () => undefined);
    return assembler;
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  expect(() => kept[0]?.end()).toThrow(/middle of a message/);
});

test("PORT15: compressed envelopes are refused", () => {
  const assembler = new EnvelopeAssembler();
  expect(() => assembler.push(encodeEnvelope(1, new Uint8Array(4)), LIMIT, () => undefined)).toThrow(/no compressed/);
});

test("PORT13: the time is linear in the bytes, also for one byte at a time", () => {
  const timeOf = (bytes: number): number => {
    const body = encodeEnvelope(0, new Uint8Array(bytes));
    const assembler = new EnvelopeAssembler();
    let emitted = 0;
    const began = performance.now();
    for (let at = 0; at < body.byteLength; at++) {
      assembler.push(body.subarray(at, at + 1), bytes, (chunk) => (emitted += chunk.byteLength));
    }
    expect(emitted).toBe(bytes + 5);
    return performance.now() - began;
  };
  timeOf(100_000);
  const small = Math.min(timeOf(100_000), timeOf(100_000), timeOf(100_000));
  const large = Math.min(timeOf(800_000), timeOf(800_000));
  expect(large / small).toBeLessThan(24);
});

test("PORT14: a body that is one message is held to the limit, and comes out when it is complete", () => {
  const chunks: Uint8Array[] = [];
  const assembler = new WholeAssembler();
  for (let piece = 0; piece < 8; piece++) assembler.push(new Uint8Array(128).fill(piece), LIMIT);
  expect(chunks).toHaveLength(0);
  expect(() => assembler.push(Uint8Array.of(1), LIMIT)).toThrow(/more than the 1024/);
  assembler.end((chunk) => chunks.push(chunk));
  expect(Buffer.concat(chunks).byteLength).toBe(1024);
  expect(chunks).toHaveLength(1);
});
