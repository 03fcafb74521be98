import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  AUDIT_KEPT_MS,
  type AuditEntry,
  type AuditRefusal,
  EXPIRED_TOKENS_KEPT_MS,
  MAX_ACCESS_TOKENS,
  MAX_AUDIT_REFUSALS,
  MAX_ENDED_SESSIONS,
  MAX_USERS,
  type NewAccessToken,
  type NewUser,
} from "../../src/store/access.js";
import type { Store } from "../../src/store/store.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const NOW = 1_800_000_000_000;
const USER: NewUser = { name: "ann", role: "viewer", passwordHash: "$argon2id$", createdMs: NOW, createdBy: "admin" };
const TOKEN: NewAccessToken = {
  name: "ci",
  role: "viewer",
  secretHash: hash("one"),
  createdMs: NOW,
  createdBy: "admin",
};
const ENTRY: AuditEntry = {
  atMs: NOW,
  kind: "change",
  callerName: "ann",
  callerKind: "user",
  callerRole: "admin",
  address: "10.0.0.1",
  action: "hub.v1.PeersService/AddPeer",
  summary: "{}",
  outcome: "ok",
};
const REFUSAL: AuditRefusal = { ...ENTRY, kind: "refusal", outcome: "unauthenticated", lastMs: NOW, times: 1 };

/** ACC: who may call, and who did. */
export function describeAccess(open: OpenTestStore): void {
  describe("access", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    test("ACC21: users and tokens are kept with all that was said of them, and survive a restart", async () => {
      const user = await store.addUser(USER);
      expect(user).toEqual({ ...USER, id: user.id, epoch: 0 });
      const token = await store.addAccessToken({ ...TOKEN, expiresMs: NOW + 1 });
      await store.noteTokenUse(token.id, NOW + 5);
      await store.noteTokenUse(999, NOW + 5);
      await store.saveSessionKey(Uint8Array.of(1));
      await store.saveSessionKey(Uint8Array.of(2, 3));
      const kept = await (await opened.reopen()).readAccess();
      expect(kept.users).toEqual([user]);
      expect(kept.tokens).toEqual([{ ...token, lastUsedMs: NOW + 5 }]);
      expect([...(kept.sealedSessionKey ?? [])]).toEqual([2, 3]);
    });

    test("ACC21: two names that differ in case only cannot be told apart by people, and are refused", async () => {
      await store.addUser(USER);
      await expect(store.addUser({ ...USER, name: "Ann" })).rejects.toMatchObject({
        code: "already_exists",
        message: 'there is a user "ann" already',
      });
      await store.addAccessToken(TOKEN);
      await expect(store.addAccessToken({ ...TOKEN, name: "CI", secretHash: hash("two") })).rejects.toMatchObject({
        code: "already_exists",
      });
      for (const name of ["Ann", "bob", "", "__proto__"]) {
        await expect(store.removeUser(name)).rejects.toMatchObject({ code: "not_found" });
        await expect(store.setUserRole(name, "admin")).rejects.toMatchObject({ code: "not_found" });
        await expect(store.setUserPassword(name, "x")).rejects.toMatchObject({ code: "not_found" });
      }
      await expect(store.revokeAccessToken(99)).rejects.toMatchObject({ code: "not_found" });
    });

    test("ACC21: the last admin among others stays one, whoever races", async () => {
      await store.addUser({ ...USER, role: "admin" });
      await store.addUser({ ...USER, name: "bob", role: "admin" });
      const outcomes = await Promise.allSettled([store.setUserRole("ann", "viewer"), store.removeUser("bob")]);
      expect(outcomes).toMatchObject([
        { status: "fulfilled", value: { role: "viewer" } },
        { status: "rejected", reason: { code: "failed_precondition" } },
      ]);
      await store.removeUser("ann");
      // The only user may go: the admin token is what is left then, as in the beginning.
      expect(await store.removeUser("bob")).toMatchObject({ name: "bob" });
    });

    test("ACC14: a new password raises the epoch, and a user that comes back is another one", async () => {
      const before = await store.addUser(USER);
      expect(await store.setUserPassword("ann", "$new$")).toEqual({ ...before, passwordHash: "$new$", epoch: 1 });
      await store.removeUser("ann");
      expect((await store.addUser(USER)).id).not.toBe(before.id);
    });

    test("ACC14: ended sessions are remembered until they would be over, and a hundred of a user end all", async () => {
      const { id: userId } = await store.addUser(USER);
      const end = (sessionId: string, expiresMs = NOW + 1_000, nowMs = NOW) =>
        store.endSession({ sessionId, userId, expiresMs }, nowMs);
      expect(await end("a", NOW + 10)).toBe(0);
      expect(await end("b")).toBe(0);
      await end("c", NOW + 1_000, NOW + 20);
      const ended = async () => (await store.readAccess()).endedSessions.map(({ sessionId }) => sessionId);
      expect(await ended()).toEqual(["b", "c"]);
      for (let i = 2; i < MAX_ENDED_SESSIONS; i++) expect(await end(`s${i}`)).toBe(0);
      expect(await end("one more")).toBe(1);
      expect(await ended()).toEqual([]);
      await end("d");
      await store.removeUser("ann");
      expect(await ended()).toEqual([]);
      expect(await end("gone")).toBe(0);
    });

    test("ACC21: a thousand users and a thousand tokens are all; long expired tokens make way", async () => {
      for (let i = 0; i < MAX_USERS; i++) await store.addUser({ ...USER, name: `user-${i}` });
      await expect(store.addUser(USER)).rejects.toMatchObject({ code: "failed_precondition" });
      const many = Array.from({ length: MAX_ACCESS_TOKENS }, (_, i) =>
        store.addAccessToken({ ...TOKEN, name: `t-${i}`, secretHash: hash(`${i}`), expiresMs: NOW + i }),
      );
      await Promise.all(many);
      await expect(store.addAccessToken(TOKEN)).rejects.toMatchObject({ code: "failed_precondition" });
      await store.addAccessToken({ ...TOKEN, secretHash: hash("x"), createdMs: NOW + EXPIRED_TOKENS_KEPT_MS + 2 });
      const { tokens } = await store.readAccess();
      expect([tokens.length, tokens[0]?.name, tokens.at(-1)?.name]).toEqual([MAX_ACCESS_TOKENS - 1, "ci", "t-2"]);
    }, 60_000);

    test("ACC22: the audit log gives back what was written, the newest first, by what is asked for", async () => {
      await store.addAuditEntry(ENTRY);
      await store.addAuditEntry({ ...ENTRY, callerName: "bob", atMs: NOW + 5, outcome: "not_found" });
      await store.addAuditRefusals([{ ...REFUSAL, times: 3, lastMs: NOW + 9 }]);
      const all = await (await opened.reopen()).listAudit({ limit: 10 });
      expect(all).toEqual([
        { ...REFUSAL, id: all[0]?.id, times: 3, lastMs: NOW + 9 },
        { ...ENTRY, callerName: "bob", atMs: NOW + 5, lastMs: NOW + 5, times: 1, outcome: "not_found", id: all[1]?.id },
        { ...ENTRY, id: all[2]?.id, lastMs: NOW, times: 1 },
      ]);
      const again = await opened.reopen();
      const names = async (query: object) =>
        (await again.listAudit({ limit: 10, ...query })).map(({ outcome }) => outcome);
      expect([
        await names({ limit: 1 }),
        await names({ callerName: "bob" }),
        await names({ callerName: "BOB" }),
        await names({ action: "AddPeer", failuresOnly: true }),
        await names({ action: "%" }),
        await names({ sinceMs: NOW + 6 }),
      ]).toEqual([["unauthenticated"], ["not_found"], [], ["unauthenticated", "not_found"], [], ["unauthenticated"]]);
    });

    test("ACC20: refusals that are alike on a day are one, and they take no change's place", async () => {
      await store.addAuditEntry(ENTRY);
      for (let i = 0; i < 50; i++) await store.addAuditRefusals([{ ...REFUSAL, lastMs: NOW + i, times: 2 }]);
      await store.addAuditRefusals([{ ...REFUSAL, atMs: NOW + 86_400_000, lastMs: NOW + 86_400_000 }]);
      expect((await store.listAudit({ limit: 10 })).map(({ times, lastMs }) => [times, lastMs - NOW])).toEqual([
        [1, 86_400_000],
        [100, 49],
        [1, 0],
      ]);
      for (let block = 0; block < 50; block++) {
        await store.addAuditRefusals(Array.from({ length: 100 }, (_, i) => ({ ...REFUSAL, address: `${block}.${i}` })));
      }
      const kept = await store.listAudit({ limit: 10_000 });
      expect(kept.length).toBeLessThanOrEqual(MAX_AUDIT_REFUSALS + 1 + 64);
      expect(kept.at(-1)).toMatchObject({ kind: "change" });
    }, 30_000);

    test("ACC22: nothing is kept longer than two years", async () => {
      await store.addAuditEntry(ENTRY);
      for (let i = 0; i < 64; i++) await store.addAuditEntry({ ...ENTRY, atMs: NOW + AUDIT_KEPT_MS + 1 });
      expect(await store.listAudit({ limit: 100 })).toHaveLength(64);
    });
  });
}

function hash(text: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(text).digest());
}
