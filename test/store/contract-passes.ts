import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { PassOutcome, Store } from "../../src/store/store.js";
import { TestPeer, decodeEvents, listEvent, operation, rawListEvent } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describePasses(open: OpenTestStore): void {
  describe("passes over a history", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const begin = (full: boolean, session = 1) => store.beginPass({ peerId: peer.id, session, full });
    const end = (full: boolean, session = 1): Promise<PassOutcome> =>
      store.endPass({ peerId: peer.id, session, full, atMs: 4000 });
    const originals = async () => (await peer.operations()).map((row) => row.originalId);
    const three = [1n, 2n, 3n].map((id) => operation({ id }));
    const markOf = (id: bigint, modno = id) => ({ modno, originalId: id });

    test("ST19: a full pass marks what did not come as removed, and tells watchers", async () => {
      await peer.update(three);
      await store.followEvents(true);
      await begin(true);
      await peer.update([operation({ id: 2n }), operation({ id: 4n })]);
      const outcome = await end(true);
      expect(outcome).toMatchObject({ markHeld: true, mark: markOf(4n), removed: 2 });
      expect(decodeEvents(outcome.events)).toMatchObject([
        { event: { case: "deletedOperations", value: { values: [1n, 3n] } } },
      ]);
      expect(await originals()).toEqual([2n, 4n]);
      expect(await store.stats()).toMatchObject({ operations: 2n, removed: 2n });
      expect((await store.findPeerByKey(peer.keyid))?.mark).toEqual(markOf(4n));
    });

    test("ST19: what came live during the pass counts as seen", async () => {
      await peer.update(three);
      await begin(true);
      await peer.send(listEvent([operation({ id: 9n })], "createdOperations"));
      await peer.update([operation({ id: 1n }), operation({ id: 2n })]);
      await peer.delete([2n]);
      expect(await end(true)).toMatchObject({ removed: 1, mark: markOf(2n) });
      expect(await originals()).toEqual([1n, 9n]);
    });

    test("ST19: poison whose id can be read counts as seen", async () => {
      await peer.update(three);
      await begin(true);
      await peer.update([operation({ id: 1n, planId: "x".repeat(200) })]);
      await peer.send(rawListEvent([Uint8Array.of(8, 2, 0x3a, 1, 0xff)]));
      expect(await end(true)).toMatchObject({ removed: 1 });
      expect(await originals()).toEqual([1n, 2n]);
    });

    test("ST19: when something came that could not be read, nothing is removed", async () => {
      await peer.update(three);
      await begin(true);
      await peer.send(rawListEvent([Uint8Array.of(0xff)]));
      expect(await end(true)).toMatchObject({ removed: 0 });
      await begin(true);
      await peer.send(Uint8Array.of(0xff));
      expect(await end(true)).toMatchObject({ removed: 0 });
      expect(await originals()).toEqual([1n, 2n, 3n]);
    });

    test("ST19: an incremental pass removes nothing", async () => {
      await peer.update(three);
      await begin(false);
      expect(await end(false)).toMatchObject({ removed: 0, events: [] });
      await begin(false);
      expect(await end(true)).toMatchObject({ removed: 0 });
      await begin(true);
      expect(await end(false)).toMatchObject({ removed: 0 });
      expect(await originals()).toEqual([1n, 2n, 3n]);
    });

    test("ST20: an incremental pass holds the mark when its row comes back, and moves it", async () => {
      await begin(true);
      await peer.update(three);
      await end(true);
      await begin(false);
      await peer.update([operation({ id: 3n }), operation({ id: 4n }), operation({ id: 1n, modno: 5n })]);
      expect(await end(false)).toMatchObject({ markHeld: true, mark: markOf(1n, 5n) });
      await begin(false);
      await peer.update([operation({ id: 1n, modno: 5n })]);
      expect(await end(false)).toMatchObject({ markHeld: true, mark: markOf(1n, 5n) });
      store = await opened.reopen();
      expect((await store.findPeerByKey(peer.keyid))?.mark).toEqual(markOf(1n, 5n));
    });

    test("ST20: when the row at the mark does not come back as the same operation, the mark is gone", async () => {
      const passes: [string, () => Promise<unknown>][] = [
        ["nothing", async () => {}],
        ["another row", () => peer.update([operation({ id: 4n })])],
        ["another operation", () => peer.update([operation({ id: 3n, unixTimeStartMs: 5n })])],
      ];
      for (const [, sendOthers] of passes) {
        await begin(true);
        await peer.update(three);
        expect(await end(true)).toMatchObject({ mark: markOf(3n) });
        await begin(false);
        await sendOthers();
        const outcome = await end(false);
        expect(outcome.markHeld).toBe(false);
        expect(outcome.mark).toBeUndefined();
        expect((await store.findPeerByKey(peer.keyid))?.mark).toBeUndefined();
      }
    });

    test("ST20: a created list does not move the mark, and a full pass computes it anew", async () => {
      await begin(true);
      await peer.update(three);
      await peer.send(listEvent([operation({ id: 9n })], "createdOperations"));
      expect(await end(true)).toMatchObject({ mark: markOf(3n) });
      await begin(true);
      await peer.update([operation({ id: 1n }), operation({ id: 2n })]);
      expect(await end(true)).toMatchObject({ mark: markOf(2n) });
      await begin(true);
      const empty = await end(true);
      expect(empty.mark).toBeUndefined();
      expect(empty).toMatchObject({ markHeld: true, removed: 2 });
    });

    test("ST21: what an older session brings does not count for the pass", async () => {
      await peer.update(three);
      await begin(true, 5);
      await peer.update([operation({ id: 1n })], 4);
      await peer.update([operation({ id: 2n })], 5);
      expect(await end(true, 4)).toMatchObject({ markHeld: false, removed: 0 });
      expect(await end(true, 5)).toMatchObject({ removed: 2, mark: markOf(2n) });
      expect(await originals()).toEqual([2n]);
    });

    test("ST21: a new pass makes the open one forgotten, and an ended one ends nothing", async () => {
      await peer.update(three);
      await begin(true, 1);
      await peer.update([operation({ id: 1n })], 1);
      await begin(true, 2);
      expect(await end(true, 1)).toMatchObject({ markHeld: false, removed: 0 });
      await peer.update([operation({ id: 2n })], 2);
      expect(await end(true, 2)).toMatchObject({ removed: 2 });
      expect(await end(true, 2)).toMatchObject({ markHeld: false, removed: 0, mark: markOf(2n) });
      expect(await originals()).toEqual([2n]);
    });

    test("ST21: passes of several peers do not meet, and answers carry the session's number", async () => {
      const other = await TestPeer.add(store, "desktop");
      await peer.update(three);
      await begin(true, 8);
      await store.beginPass({ peerId: other.id, session: 9, full: true });
      expect((await other.update(three, 9)).session).toBe(9);
      await store.endPass({ peerId: other.id, session: 9, full: true, atMs: 1 });
      expect(await originals()).toEqual([1n, 2n, 3n]);
      expect(await end(true, 8)).toMatchObject({ removed: 3 });
      expect(await other.operations()).toHaveLength(3);
    });

    test("ST33: the pass of a session that ended is forgotten, and another session's is not", async () => {
      await peer.update(three);
      await begin(true, 1);
      await store.abandonPass(peer.id, 1);
      expect(await end(true, 1)).toMatchObject({ markHeld: false, removed: 0 });
      await begin(true, 2);
      await store.abandonPass(peer.id, 1);
      await store.abandonPass(peer.id + 1, 2);
      await peer.update([operation({ id: 2n })], 2);
      expect(await end(true, 2)).toMatchObject({ markHeld: true, removed: 2 });
      await store.abandonPass(peer.id, 2);
      expect(await originals()).toEqual([2n]);
    });

    test("ST21: two overlapping sessions leave each operation once", async () => {
      const many = Array.from({ length: 500 }, (_, i) => operation({ id: BigInt(i + 1) }));
      await begin(true, 1);
      const older = Promise.all(many.map((one) => peer.update([one], 1)));
      await begin(true, 2);
      const newer = Promise.all(many.map((one) => peer.update([one], 2)));
      await Promise.all([older, newer]);
      expect(await end(true, 2)).toMatchObject({ removed: 0 });
      expect(new Set(await originals()).size).toBe(500);
      expect(await store.stats()).toMatchObject({ operations: 500n, removed: 0n });
    });
  });
}
