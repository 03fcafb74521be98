import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import type { Store } from "../../src/store/store.js";
import { type OperationInit, TestPeer, listEvent, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describeReuse(open: OpenTestStore): void {
  describe("numbers that are used again", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const numbers = async () => (await peer.operations()).map((row) => [row.originalId, row.id, row.flowId]);

    const other: [string, OperationInit][] = [
      ["start", { unixTimeStartMs: 5n }],
      ["kind", { op: { case: "operationPrune", value: {} } }],
      ["plan", { planId: "other" }],
      ["flow", { flowId: 77n }],
    ];
    test.each(other)("ST13: an ended operation that comes with another %s is another operation", async (_, change) => {
      await peer.update([operation({ id: 1n })]);
      expect(await peer.update([operation({ id: 1n, ...change })])).toMatchObject({
        created: 1,
        removed: 1,
        updated: 0,
      });
      expect(await numbers()).toEqual([[1n, 2n, 2n]]);
    });

    const same: [string, OperationInit][] = [
      ["repo", { repoId: "other", repoGuid: "guid-other" }],
      ["end", { unixTimeEndMs: 5n }],
      ["status", { status: OperationStatus.STATUS_ERROR }],
    ];
    test.each(same)("ST13: an ended operation that comes with another %s is the same", async (_, change) => {
      await peer.update([operation({ id: 1n })]);
      expect(await peer.update([operation({ id: 1n, ...change })])).toMatchObject({
        created: 0,
        removed: 0,
        updated: 1,
      });
      expect(await peer.operations(change.repoGuid === undefined ? {} : { repoGuid: change.repoGuid })).toHaveLength(1);
    });

    const unended = [OperationStatus.STATUS_UNKNOWN, OperationStatus.STATUS_PENDING, OperationStatus.STATUS_INPROGRESS];
    test.each(unended)("ST13: an operation of status %s changes its start and stays the same", async (status) => {
      await peer.update([operation({ id: 1n, status })]);
      expect(await peer.update([operation({ id: 1n, unixTimeStartMs: 5n })])).toMatchObject({ created: 0, updated: 1 });
      expect(await numbers()).toEqual([[1n, 1n, 1n]]);
    });

    test("ST14: a removed operation that comes again is the same one", async () => {
      await peer.update([operation({ id: 1n, displayMessage: "a" })]);
      await peer.delete([1n]);
      expect(await peer.update([operation({ id: 1n, displayMessage: "b" })])).toMatchObject({ created: 1, removed: 0 });
      expect(await numbers()).toEqual([[1n, 1n, 1n]]);
      expect(await peer.operations()).toMatchObject([{ displayMessage: "b", modno: 3n }]);
      expect(await store.stats()).toMatchObject({ operations: 1n, removed: 0n });
    });

    const differing: [string, OperationInit][] = [...other, ["repo", { repoGuid: "guid-other" }]];
    test.each(differing)("ST14: what comes under a removed number with another %s is new", async (_, change) => {
      await peer.update([operation({ id: 1n })]);
      await peer.delete([1n]);
      expect(await peer.update([operation({ id: 1n, ...change })])).toMatchObject({ created: 1, removed: 0 });
      expect((await numbers()).map(([, id]) => id)).toEqual([2n]);
      expect(await store.stats()).toMatchObject({ operations: 1n, removed: 1n });
    });

    test("ST14: an older operation that comes back displaces the one that had its number", async () => {
      const first = operation({ id: 1n });
      const second = operation({ id: 1n, unixTimeStartMs: 5n });
      await peer.update([first]);
      await peer.update([second]);
      expect(await peer.update([first])).toMatchObject({ created: 1, removed: 1 });
      expect(await numbers()).toEqual([[1n, 1n, 1n]]);
      await peer.update([second]);
      expect(await numbers()).toEqual([[1n, 2n, 2n]]);
    });

    test("ST15: a flow whose number is used again is a new flow", async () => {
      const flow = (start: bigint): Operation[] => [
        operation({ id: 1n, flowId: 1n, unixTimeStartMs: start }),
        operation({ id: 2n, flowId: 1n, unixTimeStartMs: start + 1n }),
      ];
      await peer.update(flow(100n));
      expect(await numbers()).toEqual([
        [1n, 1n, 1n],
        [2n, 2n, 1n],
      ]);
      await peer.delete([2n]);
      await peer.update(flow(200n));
      expect(await numbers()).toEqual([
        [1n, 3n, 3n],
        [2n, 4n, 3n],
      ]);
      await peer.update([operation({ id: 3n, flowId: 1n })]);
      expect((await numbers()).at(-1)).toEqual([3n, 5n, 3n]);
    });

    test("ST15: an operation that comes back brings its flow back", async () => {
      const first = operation({ id: 1n });
      await peer.update([first]);
      await peer.update([operation({ id: 1n, unixTimeStartMs: 5n })]);
      await peer.update([first, operation({ id: 2n, flowId: 1n })]);
      expect(await numbers()).toEqual([
        [1n, 1n, 1n],
        [2n, 3n, 1n],
      ]);
    });

    const moved: [string, OperationInit][] = other.filter(([name]) => name !== "start");
    test.each(moved)(
      "ST13: one that has not ended and comes with another %s is another operation",
      async (_, change) => {
        await peer.update([operation({ id: 1n, status: OperationStatus.STATUS_PENDING })]);
        expect(await peer.update([operation({ id: 1n, ...change })])).toMatchObject({ created: 1, removed: 1 });
        expect((await numbers()).map(([, id]) => id)).toEqual([2n]);
      },
    );

    test("ST15: what came before the first operation of a flow that is used again moves into it", async () => {
      await peer.update([operation({ id: 1n }), operation({ id: 2n, flowId: 1n })]);
      await peer.delete([2n]);
      await store.followEvents(true);
      await peer.update([operation({ id: 9n, flowId: 1n })]);
      const outcome = await peer.update([operation({ id: 1n, unixTimeStartMs: 5n })]);
      expect(await numbers()).toEqual([
        [9n, 3n, 4n],
        [1n, 4n, 4n],
      ]);
      // The one that is gone, the one that came, and the one that moved.
      expect(outcome.events).toHaveLength(3);
    });

    test("ST16: the same operations under a new key of the peer are recognised", async () => {
      const history = [operation({ id: 1n }), operation({ id: 2n }), operation({ id: 3n })];
      await peer.update(history);
      await store.addPeerKey(peer.id, { keyid: "key-new", generation: "current", atMs: 3000 });
      const again = await peer.send(listEvent(history), { keyid: "key-new" });
      expect(again).toMatchObject({ created: 0, unchanged: 3 });
      expect(await store.stats()).toMatchObject({ operations: 3n, removed: 0n });
    });

    test("ST16: after a re-install the numbers begin again, and the old history is kept as removed", async () => {
      await peer.update([operation({ id: 1n }), operation({ id: 2n })]);
      await store.addPeerKey(peer.id, { keyid: "key-new", generation: "current", atMs: 3000 });
      const fresh = [operation({ id: 1n, unixTimeStartMs: 7n }), operation({ id: 2n, unixTimeStartMs: 8n })];
      expect(await peer.send(listEvent(fresh), { keyid: "key-new" })).toMatchObject({ created: 2, removed: 2 });
      expect(await store.stats()).toMatchObject({ operations: 2n, removed: 2n });
    });

    test("ST16: peers with the same numbers do not meet", async () => {
      const desktop = await TestPeer.add(store, "desktop");
      await peer.update([operation({ id: 1n })]);
      expect(await desktop.update([operation({ id: 1n, instanceId: "laptop" })])).toMatchObject({ created: 1 });
      await desktop.delete([1n]);
      expect(await peer.operations()).toHaveLength(1);
    });
  });
}
