import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import type { OperationQuery, Store } from "../../src/store/store.js";
import { ask, decodeEvents, operation, TestPeer } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describeClearing(open: OpenTestStore): void {
  describe("clearing", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const clear = (ids: readonly bigint[], onlyFailed = false) =>
      store.clearOperations({ ids: BigInt64Array.from(ids), onlyFailed, atMs: 5000 });
    const shown = async () => (await ask(store, {})).map(({ originalId }) => originalId);
    const three = () => [1n, 2n, 3n].map((id) => operation({ id, flowId: 1n, snapshotId: "snap" }));

    test("CLR1: what is cleared is in no answer, is not counted, and watchers are told", async () => {
      await peer.update(three());
      await store.followEvents(true);
      const outcome = await clear([1n, 3n, 99n]);
      expect(outcome.cleared).toBe(2);
      expect(decodeEvents(outcome.events)).toMatchObject([
        { event: { case: "deletedOperations", value: { values: [1n, 3n] } } },
      ]);
      for (const query of [{}, { ids: [1n, 2n, 3n] }, { flowId: 1n }, { snapshotId: "snap" }, { lastN: 9 }]) {
        expect((await ask(store, query)).map(({ id }) => id)).toEqual([2n]);
      }
      expect(await store.stats()).toMatchObject({ operations: 1n, removed: 2n });
      expect(await clear([1n, 3n])).toMatchObject({ cleared: 0, events: [] });
    });

    test("CLR2: the same again, a pass and a manifest do not bring it back, and do not ask for it", async () => {
      await peer.update([...three(), operation({ id: 1_000n })]);
      await clear([1n, 2n, 3n]);
      expect(await peer.update(three())).toMatchObject({ unchanged: 3 });
      await store.beginPass({ peerId: peer.id, session: 1, full: true });
      const { wanted, removed } = await store.compareManifest({
        peerId: peer.id,
        session: 1,
        opIds: BigInt64Array.of(1n, 2n, 3n, 1_000n),
        modnos: BigInt64Array.of(1n, 2n, 3n, 1_000n),
        everything: false,
        atMs: 6000,
      });
      expect({ wanted: [...wanted], removed }).toEqual({ wanted: [1_000n], removed: 0 });
      await peer.update([operation({ id: 1_000n })]);
      await store.endPass({ peerId: peer.id, session: 1, full: true, atMs: 6000 });
      expect(await shown()).toEqual([1_000n]);
      store = await opened.reopen();
      expect(await shown()).toEqual([1_000n]);
    });

    test("CLR3: a newer state of it stays hidden, and nobody hears of it", async () => {
      await peer.update(three());
      await store.followEvents(true);
      await clear([1n]);
      const changed = operation({ id: 1n, flowId: 1n, snapshotId: "snap", modno: 9n, displayMessage: "changed" });
      expect(await peer.update([changed])).toMatchObject({ updated: 1, events: [] });
      expect(await shown()).toEqual([2n, 3n]);
      // Deleted at the peer and sent again: the same operation still.
      await peer.delete([1n]);
      expect(await peer.update([changed])).toMatchObject({ created: 1, events: [] });
      expect(await shown()).toEqual([2n, 3n]);
      expect(await store.stats()).toMatchObject({ operations: 2n, removed: 1n });
    });

    test("CLR4: another operation under its number is shown", async () => {
      await peer.update(three());
      await clear([3n]);
      await peer.update([operation({ id: 3n, unixTimeStartMs: 77n, planId: "other" })]);
      expect((await ask(store, {})).map(({ planId }) => planId)).toEqual(["home", "home", "other"]);
      expect(await store.stats()).toMatchObject({ operations: 3n, removed: 1n });
    });

    test("CLR5: what has not ended is passed over, and of the ended only failures where that is asked", async () => {
      const [pending, running, failed] = [
        OperationStatus.STATUS_PENDING,
        OperationStatus.STATUS_INPROGRESS,
        OperationStatus.STATUS_ERROR,
      ].map((status, i) => operation({ id: BigInt(i + 1), status }));
      if (pending === undefined || running === undefined || failed === undefined) throw new Error("three are made");
      await peer.update([pending, running, failed, operation({ id: 4n })]);
      expect(await clear([1n, 2n, 3n, 4n], true)).toMatchObject({ cleared: 1 });
      expect(await shown()).toEqual([1n, 2n, 4n]);
      expect(await clear([1n, 2n, 3n, 4n])).toMatchObject({ cleared: 1 });
      expect(await shown()).toEqual([1n, 2n]);
    });

    test("CLR1: what a search finds is what a read would show", async () => {
      await peer.update(three());
      const found = async (query: OperationQuery) => [...(await store.findOperations(query)).toSorted()];
      expect(await found({ flowId: 1n })).toEqual([1n, 2n, 3n]);
      await clear([2n]);
      expect(await found({ planId: "home" })).toEqual([1n, 3n]);
    });
  });
}
