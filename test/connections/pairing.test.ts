import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { GuessLimit } from "../../src/connections/guess-limit.js";
import { type Paired, Pairing, type PairingAttempt } from "../../src/connections/pairing.js";
import { parsePairingToken } from "../../src/fleet/pairing-token.js";
import { openStore } from "../../src/store/open.js";
import { ENDED_TOKENS_KEPT_MS } from "../../src/store/pairing.js";
import type { Store } from "../../src/store/store.js";
import { temporaryDirectory } from "../store/operations.js";

const OWN = { instanceId: "hub-test", keyid: "ed25519.hub" };
const WISHES = { label: "new laptop", createdBy: "admin", grants: [] };

describe("pairing", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: Store;
  let nowMs: number;
  let paired: Paired[];
  let pairing: Pairing;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    store = await openStore({ file: join(directory.path, "hub.sqlite") });
    nowMs = 1_700_000_000_000;
    paired = [];
    pairing = make(OWN);
  });
  afterEach(async () => {
    await store.close();
    await directory.remove();
  });

  function make(own: typeof OWN): Pairing {
    return new Pairing({
      store,
      guesses: new GuessLimit(),
      own,
      now: () => nowMs,
      monotonicMs: () => nowMs,
      onPaired: (outcome) => paired.push(outcome),
    });
  }

  async function secretOf(wishes: Partial<Parameters<Pairing["create"]>[0]> = {}): Promise<string> {
    return parsePairingToken((await pairing.create({ ...WISHES, ...wishes })).text).secret;
  }

  let machines = 0;
  function attempt(secret: string, more: Partial<PairingAttempt> = {}): ReturnType<Pairing["attempt"]> {
    const keyid = `ed25519.${++machines}`;
    const instanceId = `machine-${machines}`;
    return pairing.attempt({ secret, keyid, instanceId, generation: "current", address: "192.0.2.1", ...more });
  }

  test("PAIR1: a token carries the hub's key id and instance id", async () => {
    const { text, token } = await pairing.create(WISHES);
    expect(parsePairingToken(text)).toMatchObject(OWN);
    expect(token).toMatchObject({ label: "new laptop", createdBy: "admin", uses: 0 });
  });

  test("PAIR1: a hub whose instance id has a # makes no tokens, and says what else there is", async () => {
    await expect(make({ ...OWN, instanceId: "hub#1" }).create(WISHES)).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("key ids"),
    });
  });

  test("PAIR2: GeneratePairingSecret: 64 hexadecimal digits, never twice", async () => {
    const secrets = await Promise.all(Array.from({ length: 50 }, () => secretOf()));
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(secrets).size).toBe(50);
  });

  test("PAIR2: no file of the store holds a secret, not even while the hub runs", async () => {
    const secret = await secretOf();
    await attempt(secret);
    const files = readdirSync(directory.path);
    expect(files).toContain("hub.sqlite-wal");
    for (const name of files) {
      const bytes = readFileSync(join(directory.path, name));
      expect([name, bytes.includes(secret), bytes.includes(Buffer.from(secret, "hex"))]).toEqual([name, false, false]);
    }
  });

  test("PAIR3: TestPairingTokenFlow: the machine is a peer when the answer comes, and the hub is told once", async () => {
    const grants = [{ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] }];
    const outcome = await attempt(await secretOf({ grants }), { keyid: "ed25519.k", instanceId: "laptop" });
    expect(outcome).toMatchObject({ kind: "enrolled", peer: { instanceId: "laptop", grants }, token: { uses: 1 } });
    expect(await store.findPeerByKey("ed25519.k")).toMatchObject({ instanceId: "laptop", grants });
    expect(paired).toEqual([outcome]);
  });

  test("PAIR4: TestValidatePairingSecret: valid", async () => {
    expect(await attempt(await secretOf())).toMatchObject({ kind: "enrolled" });
  });

  test("PAIR4: TestValidatePairingSecret: unlimited: uses do not count, and no time is an end", async () => {
    const secret = await secretOf({ maxUses: 0, ttlMs: 0 });
    nowMs += 100 * 365 * 86_400_000;
    for (let n = 0; n < 3; n++) expect(await attempt(secret)).toMatchObject({ kind: "enrolled" });
  });

  test.each([
    ["empty", {}, 0, () => ""],
    ["wrong", {}, 0, () => "0".repeat(64)],
    ["expired", { ttlMs: 1_000 }, 1_001, (secret: string) => secret],
  ])("PAIR4: TestValidatePairingSecret: %s", async (_name, wishes, laterMs, brought) => {
    const secret = await secretOf(wishes);
    nowMs += laterMs;
    expect(await attempt(brought(secret))).toMatchObject({ kind: "refused" });
    expect(await store.listPeers()).toEqual([]);
  });

  test("PAIR4: TestValidatePairingSecret: max uses", async () => {
    const secret = await secretOf({ maxUses: 2 });
    const kinds = [await attempt(secret), await attempt(secret), await attempt(secret)].map(({ kind }) => kind);
    expect(kinds).toEqual(["enrolled", "enrolled", "refused"]);
  });

  test("PAIR4: TestValidatePairingSecret: nil tokens", async () => {
    expect(await attempt("0".repeat(64))).toMatchObject({ kind: "refused", reason: "unknown" });
  });

  test("PAIR4: a token of which nothing was said is good for 15 minutes and one machine", async () => {
    const [late, spent] = [await secretOf(), await secretOf()];
    expect(await attempt(spent)).toMatchObject({ kind: "enrolled" });
    expect(await attempt(spent)).toMatchObject({ reason: "used-up" });
    nowMs += 15 * 60_000 + 1;
    expect(await attempt(late)).toMatchObject({ reason: "expired" });
  });

  test("PAIR4: TestPairingTokenExpiredRejected, TestPairingTokenMaxUsesEnforced: nobody is added", async () => {
    const expired = await secretOf({ ttlMs: 1000 });
    const spent = await secretOf({ maxUses: 1 });
    await attempt(spent);
    nowMs += 1001;
    expect(await attempt(expired)).toMatchObject({ kind: "refused", reason: "expired" });
    expect(await attempt(spent)).toMatchObject({ kind: "refused", reason: "used-up" });
    expect(await store.listPeers()).toHaveLength(1);
    expect(paired).toHaveLength(1);
  });

  test("PAIR4: 0 means for ever and without a limit", async () => {
    const secret = await secretOf({ ttlMs: 0, maxUses: 0 });
    nowMs += 50 * 365 * 86_400_000;
    for (let i = 0; i < 15; i++) expect(await attempt(secret)).toMatchObject({ kind: "enrolled" });
  });

  test("PAIR4: a time in parts of a millisecond is rounded up", async () => {
    expect((await pairing.create({ ...WISHES, ttlMs: 0.25 })).token.expiresMs).toBe(nowMs + 1);
  });

  test("PAIR5: TestNoPairingSecretRejected: an empty secret and an endless one are refused unread", async () => {
    await secretOf();
    for (const secret of ["", "x".repeat(1_000_000)]) {
      expect(await attempt(secret)).toMatchObject({ kind: "refused", reason: "unknown" });
    }
    expect(await store.listPeers()).toEqual([]);
  });

  test("PAIR6: a hundred machines from a hundred addresses race for one use, and one wins, a hundred times", async () => {
    for (let round = 0; round < 100; round++) {
      const secret = await secretOf();
      const attempts = Array.from({ length: 100 }, (_, i) => attempt(secret, { address: `10.0.${round}.${i}` }));
      const kinds = (await Promise.all(attempts)).map(({ kind }) => kind);
      expect([round, kinds.filter((kind) => kind === "enrolled").length]).toEqual([round, 1]);
    }
    expect(await store.listPeers()).toHaveLength(100);
  });

  test("PAIR8: the hub's own instance id is taken", async () => {
    const outcome = await attempt(await secretOf(), { instanceId: OWN.instanceId });
    expect(outcome).toMatchObject({ kind: "refused", reason: "instance-taken" });
  });

  test("PAIR8: each refusal tells the machine's operator what to do, without the secret", async () => {
    await store.addPeer({ instanceId: "it's here", keyid: "ed25519.known", generation: "current", atMs: 1 });
    const secret = await secretOf({ maxUses: 0 });
    const bound = await secretOf({ forInstance: "tower" });
    const cases = [
      [
        await attempt("guess"),
        "unknown",
        /copied in part, or revoked.*tokens create.*remove this hub here.*Add Known Host.*Save changes$/,
      ],
      [await attempt(secret, { instanceId: "it's here" }), "instance-taken", /tokens create --for 'it'\\''s here'/],
      [await attempt(secret, { keyid: "ed25519.known" }), "key-known", /identity of its own/],
      [await attempt(bound, { instanceId: "laptop" }), "other-instance", /made for the instance "tower".*"laptop"/],
    ] as const;
    for (const [outcome, reason, words] of cases) {
      expect(outcome).toMatchObject({
        reason,
        error: { code: "permission_denied", message: expect.stringMatching(words) },
      });
      // It is read in a tip of 300 pixels.
      expect(outcome.kind === "refused" ? outcome.error.message.length : 0).toBeLessThan(260);
      expect(JSON.stringify(outcome) + (outcome.kind === "refused" ? outcome.error.message : "")).not.toContain(secret);
    }
    nowMs += 15 * 60_000 + 1;
    expect(await attempt(secret)).toMatchObject({
      error: { message: expect.stringContaining('"new laptop" has expired') },
    });
  });

  test("PAIR9: the eleventh guess of an address is refused unread; others pair, and it does a minute later", async () => {
    const secret = await secretOf({ maxUses: 0 });
    for (let i = 0; i < 10; i++) expect(await attempt(`guess ${i}`)).toMatchObject({ reason: "unknown" });
    expect(await attempt(secret)).toMatchObject({
      reason: "too-many-tries",
      error: { code: "resource_exhausted", message: expect.stringContaining("wait a minute") },
    });
    expect(await attempt(secret, { address: "192.0.2.2" })).toMatchObject({ kind: "enrolled" });
    nowMs += 60_000;
    expect(await attempt(secret)).toMatchObject({ kind: "enrolled" });
  });

  test("PAIR9: a fleet behind one address pairs at once", async () => {
    const secret = await secretOf({ maxUses: 0 });
    for (let i = 0; i < 50; i++) expect(await attempt(secret)).toMatchObject({ kind: "enrolled" });
  });

  test("PAIR11: the list has the newest first, and forgets what ended more than a week ago", async () => {
    await pairing.create({ ...WISHES, label: "expires", ttlMs: 1000 });
    await pairing.create({ ...WISHES, label: "stays", ttlMs: 0 });
    expect((await pairing.list()).map(({ label }) => label)).toEqual(["stays", "expires"]);
    nowMs += 1001 + ENDED_TOKENS_KEPT_MS;
    expect((await pairing.list()).map(({ label }) => label)).toEqual(["stays"]);
  });

  test("PAIR10: after it was revoked a token pairs nobody", async () => {
    const { text, token } = await pairing.create(WISHES);
    await pairing.revoke(token.id);
    expect(await attempt(parsePairingToken(text).secret)).toMatchObject({ reason: "unknown" });
  });

  test.each([
    ["a label that is too long", { label: "x".repeat(201) }, "201 characters"],
    ["a negative time", { ttlMs: -1 }, "cannot be good for"],
    ["a time that is no number", { ttlMs: Number.NaN }, "cannot be good for"],
    ["a time beyond all dates", { ttlMs: 1e18 }, "cannot be good for"],
    ["negative uses", { maxUses: -1 }, "-1 uses"],
    ["half a use", { maxUses: 0.5 }, "0.5 uses"],
    ["the hub's own instance", { forInstance: OWN.instanceId }, "the hub's own"],
    ["an instance without a name", { forInstance: "" }, "empty"],
    ["an instance that cannot be shown", { forInstance: "a\u202eb" }, "text-direction"],
    ["a scope of no known form", { grants: [{ type: 1, scopes: ["-repo:a"] }] }, '"-repo:a" is no scope'],
    ["a permission that nobody knows", { grants: [{ type: 99, scopes: ["*"] }] }, "type 99"],
    ["the unknown permission", { grants: [{ type: 0, scopes: ["*"] }] }, "type 0"],
  ])("PAIR12: %s is refused in words", async (_name, wishes, words) => {
    await expect(pairing.create({ ...WISHES, ...wishes })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(await pairing.list()).toEqual([]);
  });
});
