import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ManifestOutcome, Store } from "../../src/store/store.js";
import { decodeEvents, listEvent, operation, TestPeer } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

type Row = readonly [id: bigint, modno: bigint];

export function describeManifests(open: OpenTestStore): void {
  describe("manifests", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const begin = (session = 1) => store.beginPass({ peerId: peer.id, session, full: true });
    const end = (session = 1) => store.endPass({ peerId: peer.id, session, full: true, atMs: 4000 });
    const compare = (rows: readonly Row[], more: { everything?: boolean; session?: number } = {}) => {
      const opIds = BigInt64Array.from(rows, ([id]) => id);
      const modnos = BigInt64Array.from(rows, ([, modno]) => modno);
      const { everything = false, session = 1 } = more;
      return store.compareManifest({ peerId: peer.id, session, opIds, modnos, everything, atMs: 3000 });
    };
    const originals = async () => (await peer.operations()).map((row) => row.originalId);
    const wantedOf = ({ wanted }: ManifestOutcome) => [...wanted];
    /** Far above the others, so that those are not asked for only because they are the newest. */
    const top: Row = [1_000n, 1_000n];
    const three = [1n, 2n, 3n].map((id) => operation({ id }));

    test("MAN7: new and changed operations are wanted, and what is not listed is marked as removed", async () => {
      await peer.update([...three, operation({ id: top[0] })]);
      await store.followEvents(true);
      await begin();
      const outcome = await compare([top, [7n, 7n], [3n, 3n], [1n, 9n]]);
      expect(wantedOf(outcome)).toEqual([1n, 7n, 1_000n]);
      expect(outcome.removed).toBe(1);
      expect(decodeEvents(outcome.events)).toMatchObject([
        { event: { case: "deletedOperations", value: { values: [2n] } } },
      ]);
      await peer.update([operation({ id: 1n, modno: 9n }), operation({ id: 7n })]);
      expect(await end()).toMatchObject({ markHeld: true, removed: 1 });
      expect(await originals()).toEqual([1n, 3n, 7n]);
    });

    test("MAN1: what lies above all that is stored is wanted, whatever the order of the manifest", async () => {
      await peer.update(three);
      const rows: Row[] = [[2n, 2n], [3n, 9n], top, [1_001n, 1n]];
      for (const listed of [rows, rows.toReversed()]) {
        await begin();
        expect(wantedOf(await compare(listed))).toEqual([3n, 1_000n, 1_001n]);
        expect(await originals()).toEqual([2n, 3n]);
      }
    });

    test("MAN7: an empty manifest marks everything as removed, and nothing is lost", async () => {
      await peer.update(three);
      await begin();
      expect(await compare([])).toMatchObject({ removed: 3 });
      await end();
      expect(await originals()).toEqual([]);
      expect(await store.stats()).toMatchObject({ operations: 0n, removed: 3n });
    });

    test("MAN8: what came since the pass began is not removed by a manifest that lacks it", async () => {
      await peer.update(three);
      await begin();
      await peer.send(listEvent([operation({ id: 4n })], "createdOperations"));
      await peer.update([operation({ id: 3n })]);
      await compare([
        [1n, 1n],
        [2n, 2n],
      ]);
      await peer.update(three.slice(0, 2));
      await end();
      expect(await originals()).toEqual([1n, 2n, 3n, 4n]);
    });

    test("MAN9: an answer does not take the place of what came live before it", async () => {
      await begin();
      await compare([top, [1n, 1n], [2n, 2n]]);
      await peer.update([operation({ id: 1n, modno: 8n, displayMessage: "live" })]);
      await peer.send(listEvent([operation({ id: 2n, modno: 9n })], "createdOperations"));
      await peer.delete([2n]);
      await peer.update([
        operation({ id: 1n, modno: 1n, displayMessage: "old" }),
        operation({ id: 2n }),
        operation({ id: top[0] }),
      ]);
      await end();
      expect(await peer.operations()).toMatchObject([
        { originalId: 1n, displayMessage: "live" },
        { originalId: top[0] },
      ]);
    });

    test("MAN9: what is older than before the pass is taken all the same", async () => {
      await peer.update([
        operation({ id: 1n, modno: 50n, displayMessage: "before a reset" }),
        operation({ id: top[0] }),
      ]);
      await begin();
      expect(wantedOf(await compare([top, [1n, 3n]]))).toEqual([1n, 1_000n]);
      await peer.update([operation({ id: 1n, modno: 3n, displayMessage: "after it" }), operation({ id: top[0] })]);
      await end();
      expect(await peer.operations()).toMatchObject([{ displayMessage: "after it" }, {}]);
    });

    test("MAN10: the newest 64 are wanted though they seem to be stored, and everything on demand", async () => {
      await peer.update(Array.from({ length: 100 }, (_, at) => operation({ id: BigInt(at + 1) })));
      const all = Array.from({ length: 100 }, (_, at): Row => [BigInt(at + 1), BigInt(at + 1)]);
      await begin();
      expect(wantedOf(await compare(all))).toEqual(all.slice(36).map(([id]) => id));
      await begin();
      expect(wantedOf(await compare(all, { everything: true }))).toHaveLength(100);
    });

    test("MAN11: a plan that Backrest leaves out because of its name is kept, until it lists one of its operations", async () => {
      const [seven, exponent, plain] = ["007", "1e3", "12"].map((planId, at) =>
        operation({ id: BigInt(at + 1), planId }),
      );
      await peer.update([seven, exponent, plain].flatMap((row) => row ?? []));
      await peer.update([operation({ id: 4n, planId: "007" })]);
      await begin();
      expect(await compare([])).toMatchObject({ removed: 1 });
      expect(await originals()).toEqual([1n, 2n, 4n]);
      await begin(2);
      expect(await compare([[4n, 4n]], { session: 2 })).toMatchObject({ removed: 1 });
      expect(await originals()).toEqual([2n, 4n]);
    });

    describe("large ones", () => {
      const LARGE = 400_000;
      /** Not listed, and above all that is: none of those is new for sure. */
      const above = operation({ id: 2n * BigInt(LARGE) });
      const many = (count: number) => Array.from({ length: count }, (_, at): Row => [BigInt(at + 1), BigInt(at + 1)]);

      test("MAN13: others' operations are stored while a large manifest is compared", async () => {
        const other = await TestPeer.add(store, "desktop");
        await peer.update([operation({ id: 5n, modno: 4n }), above]);
        await begin();
        const answered: string[] = [];
        const comparing = compare(many(LARGE)).finally(() => answered.push("manifest"));
        for (let id = 1n; id <= 3n; id++) {
          await other.update([operation({ id })]);
          answered.push("other");
        }
        expect((await comparing).wanted).toHaveLength(LARGE);
        expect(answered).toEqual(["other", "other", "other", "manifest"]);
      });

      test("MAN13: what comes of the same peer meanwhile is not removed, nor taken back by an answer", async () => {
        await peer.update([...three, above]);
        await begin();
        const comparing = compare(many(LARGE).slice(3));
        await peer.update([operation({ id: 2n })]);
        await peer.send(
          listEvent([operation({ id: 9n, modno: 900_000n, displayMessage: "live" })], "createdOperations"),
        );
        await peer.send(listEvent([operation({ id: BigInt(LARGE) + 1n })], "createdOperations"));
        expect(await comparing).toMatchObject({ removed: 3 });
        expect(await peer.operations()).toMatchObject([
          { originalId: 2n },
          { originalId: 9n, displayMessage: "live" },
          { originalId: BigInt(LARGE) + 1n },
        ]);
      });

      test("MAN13: a comparison whose pass is abandoned ends, and the next one is whole", async () => {
        await peer.update([...three, above]);
        await begin();
        const comparing = compare(many(LARGE).slice(3));
        await store.abandonPass(peer.id, 1);
        await begin(2);
        const next = compare([[3n, 3n]], { session: 2 });
        expect(await comparing).toMatchObject({ removed: 0 });
        expect(await next).toMatchObject({ removed: 3, wanted: BigInt64Array.of(3n) });
        expect(await originals()).toEqual([3n]);
      });

      test("MAN13: two large manifests at once give what each alone would give", async () => {
        const other = await TestPeer.add(store, "desktop");
        await peer.update([...three, above]);
        await other.update([...three, operation({ id: 4n }), above]);
        await begin();
        await store.beginPass({ peerId: other.id, session: 5, full: true });
        const ids = BigInt64Array.from({ length: LARGE }, (_, at) => BigInt(at + 3));
        const [mine, others] = await Promise.all([
          compare(many(LARGE).slice(1)),
          store.compareManifest({
            ...{ peerId: other.id, session: 5, everything: false, atMs: 3000 },
            opIds: ids,
            modnos: ids.slice(),
          }),
        ]);
        expect([mine.removed, others.removed]).toEqual([2, 3]);
        expect(mine.wanted).toHaveLength(LARGE - 3);
        expect(await other.operations()).toMatchObject([{ originalId: 3n }, { originalId: 4n }]);
      });

      test("MAN14: a comparison that fails halfway tells what it has removed, and why it failed", async () => {
        const rows = many(40_000).map(([id]) => operation({ id }));
        for (let at = 0; at < rows.length; at += 5_000) await peer.update(rows.slice(at, at + 5_000));
        await store.followEvents(true);
        await begin();
        const comparing = compare([]);
        await store.removePeer(peer.id, 5000);
        const { removed, events, failure, wanted } = await comparing;
        expect(failure).toMatchObject({ code: "not_found" });
        expect(wanted).toHaveLength(0);
        expect(removed).toBeGreaterThan(0);
        expect(removed).toBeLessThan(40_000);
        const told = decodeEvents(events).flatMap(({ event }) =>
          event.case === "deletedOperations" ? event.value.values : [],
        );
        expect(told).toHaveLength(removed);
        expect(await store.stats()).toMatchObject({ removed: BigInt(removed) });
      });
    });

    test("MAN12: without a pass of the session nothing is removed", async () => {
      await peer.update(three);
      expect(await compare([])).toMatchObject({ removed: 0 });
      await begin(2);
      expect(await compare([], { session: 1 })).toMatchObject({ removed: 0 });
      expect(await originals()).toEqual([1n, 2n, 3n]);
    });
  });
}
