import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import type { IngestOutcome, Store } from "../../src/store/store.js";
import { TestPeer, ask, decodeEvents, deletedEvent, listEvent, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const MAX_INT64 = 2n ** 63n - 1n;

export function describeHistory(open: OpenTestStore): void {
  describe("history", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    test("ST5: what a peer sends is read with the hub's numbers and the peer's own beside them", async () => {
      const other = await TestPeer.add(store, "desktop");
      await other.update([operation({ id: 7n })]);
      const outcome = await peer.update([operation({ id: 7n, flowId: 6n, modno: 99n, logref: "log" })]);
      expect(outcome).toEqual({
        session: 1,
        created: 1,
        updated: 0,
        removed: 0,
        unchanged: 0,
        poison: 0,
        events: [],
        backupsChanged: true,
      });
      const [row] = await peer.operations();
      expect(row).toMatchObject({
        id: 2n,
        flowId: 2n,
        modno: 2n,
        originalId: 7n,
        originalFlowId: 6n,
        originalInstanceKeyid: "key-laptop",
        logref: "o2.log",
        planId: "home",
      });
    });

    test("ST5: numbers keep all their 64 bits", async () => {
      const edges = { unixTimeStartMs: -MAX_INT64 - 1n, unixTimeEndMs: MAX_INT64, modno: MAX_INT64 };
      await peer.update([operation({ id: MAX_INT64, flowId: -MAX_INT64 - 1n, ...edges })]);
      const [row] = await peer.operations();
      expect(row).toMatchObject({ originalId: MAX_INT64, originalFlowId: -MAX_INT64 - 1n, ...edges, modno: 1n });
      expect(await peer.update([operation({ id: MAX_INT64 - 1n, ...edges })])).toMatchObject({ created: 1 });
      expect(await peer.delete([MAX_INT64, -5n, 0n])).toMatchObject({ removed: 1 });
    });

    test("ST6: sent again it is unchanged, whatever the kind of the event", async () => {
      const sent = [operation({ id: 1n }), operation({ id: 2n })];
      await peer.send(listEvent(sent, "createdOperations"));
      const before = await peer.operations();
      expect(await peer.send(listEvent(sent, "createdOperations"))).toMatchObject({ created: 0, unchanged: 2 });
      expect(await peer.send(listEvent(sent, "updatedOperations"))).toMatchObject({ created: 0, unchanged: 2 });
      expect(await peer.operations()).toEqual(before);
    });

    test("ST6: a newer state takes the place of the older, under the same hub id", async () => {
      const running = operation({ id: 1n, status: OperationStatus.STATUS_INPROGRESS, modno: 1n });
      await peer.update([running]);
      const done = operation({ id: 1n, modno: 2n, snapshotId: "abc", displayMessage: "done" });
      expect(await peer.update([done])).toMatchObject({ created: 0, updated: 1 });
      expect(await peer.operations()).toMatchObject([{ id: 1n, modno: 2n, snapshotId: "abc", displayMessage: "done" }]);
    });

    test("ST6: what comes last counts, also with a lower modno", async () => {
      await peer.update([operation({ id: 1n, modno: 9n, displayMessage: "first" })]);
      expect(await peer.update([operation({ id: 1n, modno: 3n, displayMessage: "second" })])).toMatchObject({
        updated: 1,
      });
      expect(await peer.operations()).toMatchObject([{ displayMessage: "second", modno: 2n }]);
    });

    test("ST6: of those with one id in one list the last counts", async () => {
      const outcome = await peer.update([
        operation({ id: 1n, displayMessage: "first" }),
        operation({ id: 2n }),
        operation({ id: 1n, displayMessage: "last" }),
      ]);
      expect(outcome).toMatchObject({ created: 2, updated: 0 });
      const rows = await peer.operations();
      expect(rows.find((row) => row.originalId === 1n)?.displayMessage).toBe("last");
    });

    test("ST7: a flow of a peer is one flow of the hub, named after its first operation", async () => {
      const other = await TestPeer.add(store, "desktop");
      await other.update([operation({ id: 5n, flowId: 5n })]);
      await peer.update([operation({ id: 6n, flowId: 5n }), operation({ id: 5n, flowId: 5n })]);
      await peer.update([operation({ id: 8n, flowId: 5n }), operation({ id: 9n, flowId: 0n })]);
      const rows = await peer.operations();
      expect(rows.map((row) => [row.id, row.flowId, row.originalFlowId])).toEqual([
        [2n, 2n, 5n],
        [3n, 2n, 5n],
        [4n, 2n, 5n],
        [5n, 5n, 9n],
      ]);
      expect(await ask(store, { flowId: 2n })).toHaveLength(3);
    });

    test("ST8: what a peer deletes is hidden, and unknown ids are ignored", async () => {
      await peer.update([operation({ id: 1n }), operation({ id: 2n })]);
      expect(await peer.delete([1n, 77n])).toMatchObject({ removed: 1 });
      expect(await peer.delete([1n])).toMatchObject({ removed: 0 });
      expect((await peer.operations()).map((row) => row.originalId)).toEqual([2n]);
      expect(await store.stats()).toMatchObject({ peers: 1, operations: 1n, removed: 1n, poison: 0n });
      expect((await store.listPeers())[0]?.operationCount).toBe(1n);
    });

    test("ST8: messages of a peer keep their order", async () => {
      const outcomes = await Promise.all([
        peer.update([operation({ id: 1n }), operation({ id: 2n })]),
        peer.delete([1n]),
        peer.update([operation({ id: 1n, displayMessage: "again" })]),
        peer.delete([2n]),
      ]);
      expect(outcomes.map(({ created, removed }) => [created, removed])).toEqual([
        [2, 0],
        [0, 1],
        [1, 0],
        [0, 1],
      ]);
      expect(await peer.operations()).toMatchObject([{ originalId: 1n, displayMessage: "again" }]);
    });

    test("ST9: a hook's parent is named by the hub's id, also when it comes later", async () => {
      const other = await TestPeer.add(store, "desktop");
      await other.update([operation({ id: 1n }), operation({ id: 2n })]);
      const hook = (id: bigint, parentOp: bigint) =>
        operation({ id, flowId: 2n, op: { case: "operationRunHook", value: { name: "h", parentOp } } });
      await store.followEvents(true);
      const early = await peer.update([hook(3n, 2n), hook(4n, 55n), hook(5n, 0n)]);
      expect(parentsOf(early.events)).toEqual([0n, 0n, 0n]);
      const late = await peer.update([operation({ id: 2n }), hook(6n, 2n)]);
      expect(parentsOf(late.events)).toEqual([undefined, 6n]);
      const rows = await peer.operations();
      expect(rows.map((row) => (row.op.case === "operationRunHook" ? row.op.value.parentOp : undefined))).toEqual([
        6n,
        0n,
        0n,
        undefined,
        6n,
      ]);
      expect(rows[0]?.op.value).toMatchObject({ name: "h" });
    });

    test("ST10: watchers are told of each message in at most three events, in the hub's numbers", async () => {
      const first = operation({ id: 1n });
      await peer.update([first, operation({ id: 2n })]);
      expect((await peer.update([first])).events).toEqual([]);
      await store.followEvents(true);
      expect((await peer.update([first])).events).toEqual([]);
      const reused = operation({ id: 2n, unixTimeStartMs: 5n });
      const changed = operation({ id: 1n, displayMessage: "changed" });
      const { events } = await peer.send(listEvent([changed, operation({ id: 3n }), reused]));
      const [deleted, created, updated, ...more] = decodeEvents(events).map(({ event }) => event);
      expect(more).toEqual([]);
      expect(deleted).toMatchObject({ case: "deletedOperations", value: { values: [2n] } });
      const rows = await peer.operations();
      expect(created).toMatchObject({ case: "createdOperations", value: { operations: rows.slice(1) } });
      expect(updated).toMatchObject({ case: "updatedOperations", value: { operations: rows.slice(0, 1) } });
      const { events: gone } = await peer.send(deletedEvent([1n, 3n, 4n]));
      expect(decodeEvents(gone)).toMatchObject([{ event: { case: "deletedOperations", value: { values: [1n, 3n] } } }]);
      await store.followEvents(false);
      expect((await peer.update([operation({ id: 9n })])).events).toEqual([]);
    });

    test("ST32: who begins to follow finds everything earlier in a read, and everything later among the events", async () => {
      const ids = Array.from({ length: 20 }, (_, i) => BigInt(i + 1));
      const outcomes: IngestOutcome[] = [];
      const earlier = ids.map(async (id) => outcomes.push(await peer.update([operation({ id })])));
      const following = store.followEvents(true);
      const later = peer.update([operation({ id: 21n })]);
      await following;
      expect(outcomes.flatMap(({ events }) => events)).toEqual([]);
      expect((await peer.operations()).slice(0, ids.length).map((row) => row.originalId)).toEqual(ids);
      expect((await later).events).toHaveLength(1);
      expect(await Promise.all(earlier)).toHaveLength(ids.length);
    });

    test("ST11: the hub's change number rises with every change and is never a peer's", async () => {
      await peer.update([operation({ id: 1n, modno: 1_000_000n }), operation({ id: 2n, modno: 5n })]);
      expect((await peer.operations()).map((row) => row.modno)).toEqual([1n, 2n]);
      await peer.update([operation({ id: 1n, modno: 1n, displayMessage: "x" })]);
      await peer.delete([2n]);
      store = await opened.reopen();
      const again = await TestPeer.add(store, "laptop");
      await again.update([operation({ id: 3n })]);
      expect((await again.operations()).map((row) => [row.id, row.modno])).toEqual([
        [1n, 3n],
        [3n, 5n],
      ]);
    });

    test("ST12: an answer is on disk: what was answered is there after a restart", async () => {
      const sent = Array.from({ length: 300 }, (_, i) => operation({ id: BigInt(i + 1) }));
      await Promise.all(sent.map((one) => peer.update([one])));
      const rows = await peer.operations();
      expect(rows).toHaveLength(300);
      store = await opened.reopen();
      expect(await ask(store, {})).toEqual(rows);
    });

    test("ST12: a write can be proven", async () => {
      await store.probe();
    });
  });
}

function parentsOf(events: readonly Uint8Array[]): (bigint | undefined)[] {
  return decodeEvents(events).flatMap(({ event }) =>
    event.case === "createdOperations"
      ? event.value.operations.map(({ op }) => (op.case === "operationRunHook" ? op.value.parentOp : undefined))
      : [],
  );
}
