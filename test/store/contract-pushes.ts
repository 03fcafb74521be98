import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { ENDED_PUSHES_KEPT, MAX_SHARED_REPOS, type NewPush } from "../../src/store/pushes.js";
import type { Store } from "../../src/store/store.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const ITEMS = { repos: ["r"], plans: [], reposToDelete: [], plansToDelete: ["p"] };

export function describePushes(open: OpenTestStore): void {
  describe("pushes", () => {
    let opened: TestStore;
    let store: Store;
    let peerId: number;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      const peer = { instanceId: "laptop", keyid: "key-1", generation: "current", atMs: 1 } as const;
      ({ id: peerId } = await store.addPeer(peer));
    });
    afterEach(() => opened.dispose());

    const push = (more: Partial<NewPush> = {}): NewPush => ({
      peerId,
      items: ITEMS,
      sealedChange: Uint8Array.of(1, 2),
      createdMs: 100,
      createdBy: "admin",
      ...more,
    });

    test("PUSH6: a push is kept with all that is known of it, and survives a restart", async () => {
      const added = await store.addPush(push({ sharedRepo: "r" }), []);
      expect(added).toEqual({ ...push({ sharedRepo: "r" }), id: added.id, state: "pending", words: "", attempts: 0 });
      const sent = await store.changePush(added.id, { sentMs: 150, sentModno: 7, attempts: 1 });
      expect(sent).toEqual({ ...added, sentMs: 150, sentModno: 7, attempts: 1 });
      const again = await opened.reopen();
      expect(await again.listPushes({ peerId, openOnly: true, limit: 9 })).toEqual([sent]);
      await again.changePush(added.id, { state: "applied", words: "shown", endedMs: 200 });
      expect(await again.listPushes({ openOnly: true, limit: 9 })).toEqual([]);
      expect(await again.listPushes({ limit: 9 })).toEqual([
        { ...sent, state: "applied", words: "shown", endedMs: 200 },
      ]);
    });

    test("PUSH6: what somebody changed by hand is forgotten when it ended, what is shared is kept to be compared", async () => {
      const contentAfter = async (more: Partial<NewPush>) => {
        const { id } = await store.addPush(push(more), []);
        const ended = await store.changePush(id, { state: "applied", words: "", endedMs: 1 });
        return ended.sealedChange.length;
      };
      expect(await contentAfter({})).toBe(0);
      expect(await contentAfter({ sharedRepo: "r" })).toBe(2);
    });

    test("PUSH6: a push and what it supersedes are one", async () => {
      const [first, second] = [await store.addPush(push(), []), await store.addPush(push(), [])];
      await store.changePush(second.id, { state: "refused", words: "no", endedMs: 120 });
      const third = await store.addPush(push({ createdMs: 300 }), [first.id, second.id]);
      expect(await store.listPushes({ peerId, limit: 9 })).toMatchObject([
        { id: third.id, state: "pending" },
        { id: second.id, state: "refused", words: "no", endedMs: 120 },
        { id: first.id, state: "superseded", endedMs: 300, words: expect.stringContaining("newer push") },
      ]);
    });

    test("PUSH12: of the pushes that ended the newest are kept, and every one that waits", async () => {
      const waiting = await store.addPush(push(), []);
      for (let n = 0; n <= ENDED_PUSHES_KEPT + 5; n++) {
        const { id } = await store.addPush(push(), []);
        await store.changePush(id, { state: "applied", words: "", endedMs: 1 });
      }
      await store.addPush(push(), []);
      const kept = await store.listPushes({ peerId, limit: 1_000 });
      expect(kept).toHaveLength(ENDED_PUSHES_KEPT + 2);
      expect(kept.at(-1)).toEqual(waiting);
    });

    test("PUSH6: nothing is added for a peer that is gone, and what is not there is not changed", async () => {
      await expect(store.addPush(push({ peerId: 99 }), [])).rejects.toMatchObject({ code: "not_found" });
      await expect(store.changePush(99, { words: "" })).rejects.toMatchObject({ code: "not_found" });
      await store.removePeer(peerId, 5);
      await expect(store.addPush(push(), [])).rejects.toMatchObject({ code: "not_found" });
    });

    test("PUSH6: shared repos are kept by id, each repository once", async () => {
      const shared = { id: "r", guid: "g", sealedRepo: Uint8Array.of(1), updatedMs: 10 };
      await store.putSharedRepo(shared);
      await store.putSharedRepo({ ...shared, sealedRepo: Uint8Array.of(2), updatedMs: 20 });
      await expect(store.putSharedRepo({ ...shared, id: "s" })).rejects.toMatchObject({ code: "already_exists" });
      const again = await opened.reopen();
      expect(await again.listSharedRepos()).toEqual([{ ...shared, sealedRepo: Uint8Array.of(2), updatedMs: 20 }]);
      await again.removeSharedRepo("r");
      await expect(again.removeSharedRepo("r")).rejects.toMatchObject({ code: "not_found" });
      expect(await again.listSharedRepos()).toEqual([]);
    });

    test("PUSH12: the number of shared repos is bounded", async () => {
      const shared = (n: number) => ({ id: `r${n}`, guid: `g${n}`, sealedRepo: Uint8Array.of(1), updatedMs: 10 });
      for (let n = 0; n < MAX_SHARED_REPOS; n++) await store.putSharedRepo(shared(n));
      await expect(store.putSharedRepo(shared(MAX_SHARED_REPOS))).rejects.toMatchObject({ code: "resource_exhausted" });
      await store.putSharedRepo({ ...shared(0), updatedMs: 11 });
    });

    test("PUSH3: a peer's grants, and what it allows the hub, are kept apart", async () => {
      const [read, share] = [
        { type: GrantType.PERMISSION_READ_CONFIG, scopes: ["*"] },
        { type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["repo:r"] },
      ];
      expect(await store.setPeerGrants(peerId, [share])).toMatchObject({ id: peerId, grants: [share] });
      expect(await store.findHostGrants(peerId)).toBeUndefined();
      await store.setHostGrants({ peerId, grants: [read] });
      await store.setHostGrants({ peerId, grants: [], refusedMs: 44 });
      const again = await opened.reopen();
      expect(await again.findHostGrants(peerId)).toEqual({ peerId, grants: [], refusedMs: 44 });
      expect(await again.findPeerByKey("key-1")).toMatchObject({ grants: [share] });
      await again.setHostGrants({ peerId, grants: [read] });
      expect(await again.findHostGrants(peerId)).toEqual({ peerId, grants: [read] });
      await expect(again.setPeerGrants(99, [])).rejects.toMatchObject({ code: "not_found" });
    });
  });
}
