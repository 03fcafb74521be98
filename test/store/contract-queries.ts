import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { OperationQuery, Store } from "../../src/store/store.js";
import { TestPeer, ask, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describeQueries(open: OpenTestStore): void {
  describe("queries", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    /** Hub ids 1 to 6; starts run against the ids. */
    async function fill(): Promise<void> {
      const laptop = await TestPeer.add(store, "laptop");
      const desktop = await TestPeer.add(store, "desktop");
      await laptop.update([
        operation({ id: 1n, unixTimeStartMs: 60n, snapshotId: "snap-a" }),
        operation({ id: 2n, unixTimeStartMs: 50n, flowId: 1n, planId: "", snapshotId: "snap-a" }),
        operation({ id: 3n, unixTimeStartMs: 40n, planId: "photos", repoGuid: "guid-b2", snapshotId: "snap-b" }),
      ]);
      await desktop.update([
        operation({ id: 1n, unixTimeStartMs: 30n, instanceId: "desktop" }),
        operation({ id: 2n, unixTimeStartMs: 30n, instanceId: "desktop" }),
        operation({ id: 3n, unixTimeStartMs: 10n, instanceId: "laptop", snapshotId: "snap-a" }),
      ]);
    }

    const queries: [string, OperationQuery, bigint[]][] = [
      ["nothing given", {}, [1n, 2n, 3n, 4n, 5n, 6n]],
      ["ids", { ids: [5n, 2n, 5n, 99n] }, [2n, 5n]],
      ["no ids", { ids: [] }, []],
      ["a plan", { planId: "home" }, [1n, 4n, 5n, 6n]],
      ["the empty plan", { planId: "" }, [2n]],
      ["a snapshot", { snapshotId: "snap-a" }, [1n, 2n, 6n]],
      ["the empty snapshot", { snapshotId: "" }, [4n, 5n]],
      ["an unknown snapshot", { snapshotId: "snap-z" }, []],
      ["a flow", { flowId: 1n }, [1n, 2n]],
      ["flow 0", { flowId: 0n }, []],
      ["an instance, whoever sent it", { instanceId: "laptop" }, [1n, 2n, 3n, 6n]],
      ["a repo", { repoGuid: "guid-b2" }, [3n]],
      ["the empty repo", { repoGuid: "" }, []],
      ["a peer", { originalInstanceKeyid: "key-desktop" }, [4n, 5n, 6n]],
      ["the hub itself", { originalInstanceKeyid: "" }, []],
      ["an unknown peer", { originalInstanceKeyid: "key-none" }, []],
      ["changes from 5 on", { modnoGte: 5n }, [5n, 6n]],
      ["changes from 0 on", { modnoGte: 0n }, [1n, 2n, 3n, 4n, 5n, 6n]],
      ["the newest two", { lastN: 2 }, [1n, 2n]],
      ["the newest four of equal starts", { lastN: 4 }, [1n, 2n, 3n, 5n]],
      ["0 newest is all", { lastN: 0 }, [1n, 2n, 3n, 4n, 5n, 6n]],
      ["more than there are", { lastN: 100 }, [1n, 2n, 3n, 4n, 5n, 6n]],
      ["the newest of a peer", { originalInstanceKeyid: "key-desktop", lastN: 1 }, [5n]],
      ["peer and instance", { originalInstanceKeyid: "key-desktop", instanceId: "laptop" }, [6n]],
      ["peer, plan and repo", { originalInstanceKeyid: "key-laptop", planId: "photos", repoGuid: "guid-b2" }, [3n]],
      ["flow and plan", { flowId: 1n, planId: "home" }, [1n]],
      ["flow and newest", { flowId: 1n, lastN: 1 }, [1n]],
      ["ids and newest", { ids: [3n, 4n, 5n], lastN: 2 }, [3n, 5n]],
      ["ids and flow", { ids: [1n, 3n], flowId: 1n }, [1n]],
      ["ids, snapshot and change", { ids: [1n, 2n, 3n], snapshotId: "snap-a", modnoGte: 2n }, [2n]],
      ["snapshot and newest", { snapshotId: "snap-a", lastN: 2 }, [1n, 2n]],
      ["snapshot and peer", { snapshotId: "snap-a", originalInstanceKeyid: "key-desktop" }, [6n]],
      ["flow, snapshot and change", { flowId: 1n, snapshotId: "snap-a", modnoGte: 2n }, [2n]],
    ];
    test("ST22: every field of a query narrows it, and an empty string is not an absent one", async () => {
      await fill();
      for (const [name, query, expected] of queries) {
        const ids = (await ask(store, query)).map((row) => row.id);
        expect([name, ids]).toEqual([name, expected]);
      }
    });

    test("ST22: the newest of many groups are found in any order of arrival", async () => {
      const peer = await TestPeer.add(store, "laptop");
      const starts = Array.from({ length: 1000 }, (_, i) => BigInt((i * 7919) % 1009));
      await peer.update(
        starts.map((start, i) => operation({ id: BigInt(i + 1), unixTimeStartMs: start, planId: `plan-${i % 13}` })),
      );
      const expected = starts
        .map((start, i) => ({ start, id: BigInt(i + 1) }))
        .sort((a, b) => Number(b.start - a.start) || Number(b.id - a.id));
      for (const lastN of [1, 7, 100, 999, 1000]) {
        const ids = (await ask(store, { lastN })).map((row) => row.id);
        const newest = expected.slice(0, lastN).map(({ id }) => id);
        expect(ids).toEqual(newest.sort((a, b) => Number(a - b)));
      }
    });

    test("ST23: removed operations are in no answer", async () => {
      await fill();
      const desktop = (await store.findPeerByInstance("desktop"))?.id ?? 0;
      const removed = Uint8Array.of(0x22, 3, 0x0a, 1, 3);
      await store.ingest({ peerId: desktop, session: 1, keyid: "key-desktop", event: removed, atMs: 1 });
      for (const query of [{}, { ids: [6n] }, { flowId: 6n }, { snapshotId: "snap-a" }, { lastN: 50 }]) {
        expect((await ask(store, query)).map((row) => row.id)).not.toContain(6n);
      }
    });

    test("ST24: the counts are those of the rows", async () => {
      await fill();
      expect(await store.stats()).toMatchObject({ peers: 2, operations: 6n, removed: 0n, poison: 0n });
      expect((await store.listPeers()).map((peer) => peer.operationCount)).toEqual([3n, 3n]);
    });
  });
}
