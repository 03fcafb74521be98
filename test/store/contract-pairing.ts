import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import {
  ENDED_TOKENS_KEPT_MS,
  MAX_PAIRING_TOKENS,
  MAX_TOKEN_USERS,
  type NewPairingToken,
  type PairingOutcome,
  type PairingRequest,
} from "../../src/store/pairing.js";
import type { Store } from "../../src/store/store.js";
import { TestPeer, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const GRANTS = [{ type: GrantType.PERMISSION_READ_CONFIG, scopes: ["*", "!repo:private"] }];

export function describePairing(open: OpenTestStore): void {
  describe("pairing", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    const add = (token: Partial<NewPairingToken> = {}) => store.addPairingToken({ ...TOKEN, ...token });
    const pair = (request: Partial<PairingRequest> = {}) => store.pair({ ...REQUEST, ...request });

    test("PAIR2: a token is kept with all that was said of it but its secret, and survives a restart", async () => {
      const full = { ...TOKEN, expiresMs: 9000, maxUses: 3, forInstance: "laptop", label: "ünïcode", grants: GRANTS };
      const added = await add(full);
      const { secretHash: _, ...shown } = full;
      expect(added).toEqual({ ...shown, id: added.id, uses: 0, usedBy: [] });
      const bare = await add({ secretHash: hash("other") });
      expect(await (await opened.reopen()).listPairingTokens()).toEqual([added, bare]);
    });

    test("PAIR3: TestPairingTokenFlow: who brings the secret becomes a peer with the token's grants", async () => {
      const { id } = await add({ maxUses: 1, grants: GRANTS });
      const outcome = await pair();
      expect(outcome).toMatchObject({
        kind: "enrolled",
        peer: {
          instanceId: "laptop",
          grants: GRANTS,
          keys: [{ keyid: "key-1", generation: "current", current: true }],
        },
        token: { id, uses: 1, lastUsedMs: 2000 },
      });
      const again = await opened.reopen();
      expect(await again.findPeerByKey("key-1")).toMatchObject({ instanceId: "laptop", grants: GRANTS });
      expect(await again.listPairingTokens()).toMatchObject([{ id, uses: 1 }]);
    });

    test("PAIR15: a token names the machines that paired with it, the newest first, each once, at most twenty", async () => {
      const { id } = await add();
      for (let i = 1; i <= MAX_TOKEN_USERS + 1; i++) await pair({ keyid: `key-${i}`, instanceId: `i${i}` });
      await pair({ keyid: "key-1", instanceId: "other" });
      const newest = Array.from({ length: MAX_TOKEN_USERS }, (_, i) => `i${MAX_TOKEN_USERS + 1 - i}`);
      const again = await opened.reopen();
      expect(await again.listPairingTokens()).toMatchObject([{ id, uses: MAX_TOKEN_USERS + 1, usedBy: newest }]);
    });

    test("PAIR15: a machine that comes back with another key is named once", async () => {
      await add({ forInstance: "laptop" });
      await pair();
      expect(await pair({ keyid: "key-2" })).toMatchObject({ kind: "replaced" });
      expect(await store.listPairingTokens()).toMatchObject([{ uses: 2, usedBy: ["laptop"] }]);
    });

    test("PAIR4: a refusal adds nobody and uses nothing", async () => {
      await add({ maxUses: 1, expiresMs: 5000 });
      expect(await pair({ secretHash: hash("guess") })).toEqual({ kind: "refused", reason: "unknown" });
      expect(await pair({ atMs: 5001 })).toMatchObject({ reason: "expired", token: { label: "new laptop" } });
      expect(await store.listPeers()).toEqual([]);
      expect(await store.listPairingTokens()).toMatchObject([{ uses: 0 }]);
      expect(await pair({ atMs: 5000 })).toMatchObject({ kind: "enrolled" });
      expect(await pair({ keyid: "key-2", instanceId: "tower" })).toMatchObject({ reason: "used-up" });
    });

    test("PAIR4: a token without limits is good for ever and for everybody", async () => {
      await add();
      for (let i = 0; i < 20; i++) {
        expect(await pair({ keyid: `key-${i}`, instanceId: `i${i}`, atMs: 9e12 })).toMatchObject({ kind: "enrolled" });
      }
      expect(await store.listPairingTokens()).toMatchObject([{ uses: 20 }]);
    });

    test("PAIR6: of a hundred that race for the last use one wins, whoever it is", async () => {
      for (let round = 0; round < 20; round++) {
        const secretHash = hash(`round ${round}`);
        await add({ secretHash, maxUses: 1 });
        const outcomes = await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            pair({ secretHash, keyid: `key-${round}-${i}`, instanceId: `m-${i}-${round}` }),
          ),
        );
        const kinds = Map.groupBy(outcomes, reasonOf);
        expect([kinds.get("enrolled")?.length, kinds.get("used-up")?.length]).toEqual([1, 99]);
      }
      expect(await store.listPeers()).toHaveLength(20);
    });

    test("PAIR6: a machine that dials twice at once is told that it is known, not that its token is used up", async () => {
      await add({ maxUses: 1 });
      const outcomes = await Promise.all([pair(), pair()]);
      expect(outcomes.map(reasonOf)).toEqual(["enrolled", "key-known"]);
    });

    test("PAIR7: a token made for an instance pairs no other", async () => {
      await add({ forInstance: "tower" });
      expect(await pair()).toMatchObject({ reason: "other-instance" });
      expect(await pair({ instanceId: "tower" })).toMatchObject({ kind: "enrolled", peer: { instanceId: "tower" } });
    });

    test("PAIR7: it gives the peer of that name a new key, with its history and its grants", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-old");
      await peer.update([operation({ id: 1n })]);
      await add({ forInstance: "laptop", maxUses: 1 });
      expect(await pair()).toMatchObject({
        kind: "replaced",
        peer: {
          id: peer.id,
          operationCount: 1n,
          keys: [
            { keyid: "key-old", current: false },
            { keyid: "key-1", current: true },
          ],
        },
        token: { uses: 1 },
      });
      expect(await store.listPeers()).toHaveLength(1);
      await add({ secretHash: hash("back"), forInstance: "laptop", grants: GRANTS });
      expect(await pair({ secretHash: hash("back"), keyid: "key-old" })).toMatchObject({
        kind: "replaced",
        peer: { id: peer.id, grants: GRANTS },
      });
      await add({ secretHash: hash("no grants"), forInstance: "laptop" });
      await pair({ secretHash: hash("no grants"), keyid: "key-3" });
      expect(await (await opened.reopen()).findPeerByInstance("laptop")).toMatchObject({ grants: GRANTS });
    });

    test("PAIR8: a taken instance id and a known key are refused, and use nothing", async () => {
      await add();
      await store.addPeer({ instanceId: "laptop", keyid: "key-a", generation: "current", atMs: 1 });
      const { id } = await store.addPeer({ instanceId: "tower", keyid: "key-b", generation: "seed", atMs: 1 });
      expect(reasonOf(await pair())).toBe("instance-taken");
      expect(reasonOf(await pair({ keyid: "key-b" }))).toBe("key-known");
      await store.addPeerKey(id, { keyid: "key-c", generation: "current", atMs: 2 });
      // key-b is now the one that the tower has replaced.
      expect(reasonOf(await pair({ keyid: "key-b" }))).toBe("instance-taken");
      expect(reasonOf(await pair({ keyid: "key-b", instanceId: "tower" }))).toBe("key-known");
      expect(reasonOf(await pair({ keyid: "key-b", instanceId: "new" }))).toBe("key-known");
      await add({ secretHash: hash("for"), forInstance: "laptop" });
      expect(reasonOf(await pair({ secretHash: hash("for"), keyid: "key-b" }))).toBe("key-known");
      expect((await store.listPairingTokens()).map(({ uses }) => uses)).toEqual([0, 0]);
    });

    test("PAIR8: a removed peer comes back under its key, and its name is free", async () => {
      const peer = await TestPeer.add(store, "laptop", "key-1");
      await peer.update([operation({ id: 1n })]);
      await store.removePeer(peer.id, 10);
      await add();
      expect(await pair({ keyid: "key-2" })).toMatchObject({ kind: "enrolled", peer: { operationCount: 0n } });
      expect(await pair({ instanceId: "laptop-2" })).toMatchObject({
        kind: "enrolled",
        peer: { id: peer.id, instanceId: "laptop-2", operationCount: 1n },
      });
    });

    test("PAIR10: a revoked token pairs nobody, and its id is never another's", async () => {
      const { id } = await add();
      expect(await store.revokePairingToken(id)).toMatchObject({ id, label: "new laptop" });
      expect(await pair()).toEqual({ kind: "refused", reason: "unknown" });
      await expect(store.revokePairingToken(id)).rejects.toMatchObject({ code: "not_found" });
      expect((await add()).id).toBeGreaterThan(id);
    });

    test("PAIR11: tokens that ended are listed for a week", async () => {
      await add({ secretHash: hash("expires"), expiresMs: 10_000 });
      await add({ maxUses: 1 });
      await pair({ atMs: 20_000 });
      const count = async (createdMs: number) => {
        const { id } = await add({ secretHash: hash(`at ${createdMs}`), createdMs });
        await store.revokePairingToken(id);
        return (await store.listPairingTokens()).length;
      };
      expect(await count(10_000 + ENDED_TOKENS_KEPT_MS)).toBe(2);
      expect(await count(10_001 + ENDED_TOKENS_KEPT_MS)).toBe(1);
      expect(await count(20_001 + ENDED_TOKENS_KEPT_MS)).toBe(0);
    });

    test("PAIR11: there are at most so many tokens; ended ones make way, good ones do not", async () => {
      const many = (prefix: string, token: Partial<NewPairingToken>) =>
        Promise.all(
          Array.from({ length: MAX_PAIRING_TOKENS - 1 }, (_, i) =>
            add({ secretHash: hash(`${prefix} ${i}`), ...token }),
          ),
        );
      await many("ended", { expiresMs: 2000 });
      await add({ secretHash: hash("good"), createdMs: 3000 });
      await add({ secretHash: hash("one more"), createdMs: 3000 });
      expect(await store.listPairingTokens()).toHaveLength(MAX_PAIRING_TOKENS);
      await many("good", { createdMs: 3000 }).catch(() => {});
      await expect(add({ secretHash: hash("too many"), createdMs: 3000 })).rejects.toMatchObject({
        code: "failed_precondition",
        message: expect.stringContaining("revoke"),
      });
      expect(await store.listPairingTokens()).toHaveLength(MAX_PAIRING_TOKENS);
    });
  });
}

const TOKEN: NewPairingToken = {
  secretHash: hash("secret"),
  label: "new laptop",
  createdMs: 1000,
  createdBy: "admin",
  grants: [],
};

const REQUEST: PairingRequest = {
  secretHash: hash("secret"),
  keyid: "key-1",
  instanceId: "laptop",
  generation: "current",
  atMs: 2000,
};

function hash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

function reasonOf(outcome: PairingOutcome): string {
  return outcome.kind === "refused" ? outcome.reason : outcome.kind;
}
