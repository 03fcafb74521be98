import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Store } from "../../src/store/store.js";
import { TestPeer, ask, listEvent, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

export function describePeers(open: OpenTestStore): void {
  describe("peers", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    const laptop = { instanceId: "laptop", keyid: "key-1", generation: "seed", atMs: 1000 } as const;

    test("ST1: a peer is found by its key and by its instance id, and survives a restart", async () => {
      const added = await store.addPeer(laptop);
      expect(added).toEqual({
        id: added.id,
        instanceId: "laptop",
        keys: [{ keyid: "key-1", generation: "seed", addedMs: 1000, current: true }],
        addedMs: 1000,
        facts: {},
        operationCount: 0n,
        poisonCount: 0n,
      });
      const again = await opened.reopen();
      expect(await again.listPeers()).toEqual([added]);
      expect(await again.findPeerByKey("key-1")).toEqual(added);
      expect(await again.findPeerByInstance("laptop")).toEqual(added);
      expect(await again.findPeerByKey("key-2")).toBeUndefined();
      expect(await again.findPeerByInstance("desktop")).toBeUndefined();
    });

    test("ST1: an instance id or a key that belongs to another peer is refused", async () => {
      await store.addPeer(laptop);
      await expect(store.addPeer({ ...laptop, keyid: "key-2" })).rejects.toMatchObject({ code: "already_exists" });
      await expect(store.addPeer({ ...laptop, instanceId: "other" })).rejects.toMatchObject({ code: "already_exists" });
      expect(await store.listPeers()).toHaveLength(1);
    });

    test("ST1: the same peer added again is the same peer", async () => {
      const added = await store.addPeer(laptop);
      expect(await store.addPeer({ ...laptop, atMs: 5000 })).toEqual(added);
    });

    test("ST2: a removed peer is not found, takes no operations, and its history stays", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-1");
      await peer.update([operation({ id: 1n })]);
      await store.removePeer(peer.id, 9000);
      expect(await store.findPeerByKey("key-1")).toBeUndefined();
      expect(await store.findPeerByInstance("laptop")).toBeUndefined();
      expect(await store.listPeers()).toMatchObject([{ id: peer.id, removedMs: 9000, operationCount: 1n }]);
      expect(await peer.operations()).toHaveLength(1);
      await expect(peer.update([operation({ id: 2n })])).rejects.toMatchObject({ code: "not_found" });
      await expect(store.removePeer(peer.id, 9000)).rejects.toMatchObject({ code: "not_found" });
    });

    test("ST2: a removed peer comes back with its history under its key", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-1");
      await peer.update([operation({ id: 1n })]);
      await store.removePeer(peer.id, 9000);
      const back = await store.addPeer({ ...laptop, instanceId: "laptop-renamed", atMs: 10_000 });
      expect(back).toMatchObject({ id: peer.id, instanceId: "laptop-renamed", operationCount: 1n });
      expect(back.removedMs).toBeUndefined();
      expect(await peer.update([operation({ id: 1n })])).toMatchObject({ created: 0, unchanged: 1 });
    });

    test("ST2: an instance id whose peer was removed is free for another key", async () => {
      const first = await store.addPeer(laptop);
      await store.removePeer(first.id, 9000);
      const second = await store.addPeer({ ...laptop, keyid: "key-2" });
      expect(second.id).not.toBe(first.id);
      expect(await store.findPeerByInstance("laptop")).toEqual(second);
      await expect(store.addPeer(laptop)).rejects.toMatchObject({ code: "already_exists" });
    });

    test("ST3: a peer has several keys over time, one of them current, and reads show that one", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-1");
      await peer.update([operation({ id: 1n })]);
      const changed = await store.addPeerKey(peer.id, { keyid: "key-2", generation: "current", atMs: 2000 });
      expect(changed.keys).toEqual([
        { keyid: "key-1", generation: "seed", addedMs: 1000, current: false },
        { keyid: "key-2", generation: "current", addedMs: 2000, current: true },
      ]);
      expect(await store.findPeerByKey("key-1")).toEqual(changed);
      const operations = await ask(store, { originalInstanceKeyid: "key-1" });
      expect(operations.map((row) => row.originalInstanceKeyid)).toEqual(["key-2"]);
      expect(await ask(store, { originalInstanceKeyid: "key-2" })).toEqual(operations);
    });

    test("ST3: a key belongs to one peer for ever", async () => {
      const peer = await store.addPeer(laptop);
      const other = await store.addPeer({ ...laptop, instanceId: "desktop", keyid: "key-2" });
      const key = { keyid: "key-1", generation: "current", atMs: 2000 } as const;
      await expect(store.addPeerKey(other.id, key)).rejects.toMatchObject({ code: "already_exists" });
      await expect(store.addPeerKey(999, key)).rejects.toMatchObject({ code: "not_found" });
      expect(await store.addPeerKey(peer.id, key)).toEqual(peer);
    });

    test("ST3: operations under an older key of the peer are the peer's, and leave the newer one current", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-1");
      await store.addPeerKey(peer.id, { keyid: "key-2", generation: "current", atMs: 2000 });
      await peer.send(listEvent([operation({ id: 1n })]), { keyid: "key-2" });
      expect(await peer.send(listEvent([operation({ id: 1n })]), { keyid: "key-1" })).toMatchObject({ unchanged: 1 });
      const found = await store.findPeerByKey("key-1");
      expect(found?.keys.map(({ current }) => current)).toEqual([false, true]);
    });

    test("ST4: facts that are absent stay as they were", async () => {
      const { id } = await store.addPeer(laptop);
      const resources = Uint8Array.of(1, 2, 3);
      await store.savePeerFacts(id, {
        lastSeenMs: 5,
        resources,
        capabilities: ["a b", "c\nd"],
        clearText: true,
        inSession: true,
      });
      await store.savePeerFacts(id, { lastHeartbeatMs: 6, sealedConfig: Uint8Array.of(9), clearText: false });
      await store.savePeerFacts(id, { lastFullPassMs: 7, capabilities: [] });
      const again = await opened.reopen();
      const peer = await again.findPeerByKey("key-1");
      expect(peer?.facts).toEqual({
        lastSeenMs: 5,
        lastHeartbeatMs: 6,
        lastFullPassMs: 7,
        resources: Uint8Array.of(1, 2, 3),
        sealedConfig: Uint8Array.of(9),
        capabilities: [],
        clearText: false,
        inSession: true,
      });
      // A peer that was removed is not waited for when it is added again.
      await again.removePeer(id, 9);
      expect((await again.addPeer(laptop)).facts).toMatchObject({ clearText: false, inSession: false });
      await expect(again.savePeerFacts(999, { lastSeenMs: 1 })).rejects.toMatchObject({ code: "not_found" });
    });

    test("ST4: facts that are saved in one go are all kept", async () => {
      const { id } = await store.addPeer(laptop);
      await Promise.all([
        store.savePeerFacts(id, { lastSeenMs: 1 }),
        store.savePeerFacts(id, { lastHeartbeatMs: 2 }),
        store.savePeerFacts(id, { lastSeenMs: 3 }),
        expect(store.savePeerFacts(999, { lastSeenMs: 1 })).rejects.toMatchObject({ code: "not_found" }),
      ]);
      expect((await store.findPeerByKey("key-1"))?.facts).toEqual({ lastSeenMs: 3, lastHeartbeatMs: 2 });
    });
  });
}
