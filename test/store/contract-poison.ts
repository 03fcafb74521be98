import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Store } from "../../src/store/store.js";
import { type OperationInit, TestPeer, encode, lengthDelimited, operation, rawListEvent } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describePoison(open: OpenTestStore): void {
  describe("poison", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const good = encode(operation({ id: 1n }));
    const malformed: [string, Uint8Array][] = [
      ["a cut-off field", encode(operation({ id: 2n })).subarray(0, -1)],
      ["text that is not UTF-8", Buffer.concat([good, lengthDelimited(7, 2), Uint8Array.of(0xc3, 0x28)])],
      ["a submessage that does not decode", Buffer.concat([good, lengthDelimited(12, 1), Uint8Array.of(0x80)])],
      ["a group", Buffer.concat([good, Uint8Array.of((9 << 3) | 3, (9 << 3) | 4)])],
      ["no bytes", new Uint8Array(0)],
    ];
    test.each(malformed)("ST17: %s is skipped and counted, and the rest is stored", async (_, bytes) => {
      expect(await peer.send(rawListEvent([bytes, encode(operation({ id: 3n }))]))).toMatchObject({
        created: 1,
        poison: 1,
      });
      expect((await peer.operations()).map((row) => row.originalId)).toEqual([3n]);
      expect((await store.findPeerByKey(peer.keyid))?.poisonCount).toBe(1n);
      expect(await store.stats()).toMatchObject({ operations: 1n, poison: 1n });
    });

    const long = "x".repeat(129);
    const refused: [string, OperationInit & { id: bigint }][] = [
      ["id 0", { id: 0n }],
      ["a negative id", { id: -1n }],
      ["a long instance id", { id: 1n, instanceId: long }],
      ["a long repo id", { id: 1n, repoId: long }],
      ["a long repo guid", { id: 1n, repoGuid: long }],
      ["a long plan id", { id: 1n, planId: long }],
      ["a long snapshot id", { id: 1n, snapshotId: long }],
      ["a NUL in an id", { id: 1n, planId: "a\0b" }],
    ];
    test.each(refused)("ST18: %s is skipped and counted", async (_, init) => {
      expect(await peer.update([operation(init)])).toMatchObject({ created: 0, poison: 1 });
      expect(await peer.operations()).toEqual([]);
    });

    const lenient: [string, OperationInit][] = [
      ["modno", { modno: 0n }],
      ["flow", { flowId: 0n }],
      ["start", { unixTimeStartMs: 0n }],
      ["instance", { instanceId: "" }],
      ["plan", { planId: "" }],
      ["repo", { repoId: "", repoGuid: "" }],
      ["kind", { op: { case: undefined } }],
    ];
    test.each(lenient)("ST18: an operation without a %s is stored", async (_, init) => {
      expect(await peer.update([operation({ id: 1n, ...init })])).toMatchObject({ created: 1, poison: 0 });
      expect(await peer.operations()).toHaveLength(1);
    });

    test("ST18: ids of 128 characters of any script are stored as they came", async () => {
      const planId = "ж".repeat(128);
      await peer.update([
        operation({ id: 1n, planId, repoId: "‮repo", repoGuid: "__proto__", instanceId: "constructor" }),
      ]);
      expect(await peer.operations({ planId })).toMatchObject([
        { planId, repoId: "‮repo", repoGuid: "__proto__", instanceId: "constructor" },
      ]);
    });

    test("ST17: a message that does not decode is poison as a whole, and ends nothing", async () => {
      const outcome = await peer.send(Uint8Array.of(0x12, 0x05, 0x01));
      expect(outcome).toMatchObject({ created: 0, poison: 1 });
      expect(await peer.send(new Uint8Array(0))).toMatchObject({ created: 0, poison: 0 });
    });

    test("ST17: a flood of poison is counted in full", async () => {
      const flood = Array.from({ length: 1000 }, (_, i) => Uint8Array.of(0x0a, i & 0x7f, i >> 7));
      expect(await peer.send(rawListEvent(flood))).toMatchObject({ poison: 1000 });
      expect(await peer.send(rawListEvent(flood))).toMatchObject({ poison: 1000 });
      expect(await store.stats()).toMatchObject({ poison: 2000n });
    });
  });
}
