import { Code, createClient } from "@connectrpc/connect";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AccessService, Role } from "../../gen/hub/v1/access_pb.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { addUser, adminOf, basic, bearer, PASSWORD, transportWith } from "../support/callers.js";
import { eventually } from "../support/hub-calls.js";
import { startHubProcess } from "../support/hub-process.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const authentication = () => createClient(Authentication, transportWith(hub.url, {}));
const logIn = async (username = "ann", password = PASSWORD) =>
  (await authentication().login({ username, password })).token;
const whoAmI = (headers: Record<string, string>) =>
  createClient(AccessService, transportWith(hub.url, headers)).whoAmI({});

describe("login", () => {
  test("ACC14: gives Backrest's page a token for seven days, which a restart does not end", async () => {
    await addUser(hub, "ann", "viewer");
    const token = await logIn();
    const claims: { sub: string; iat: number; exp: number } = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString(),
    );
    expect(claims).toMatchObject({ sub: "ann" });
    expect(claims.exp - claims.iat).toBe(7 * 86_400);
    hub = await hub.restart();
    expect((await whoAmI(bearer(token))).caller).toMatchObject({ name: "ann", role: Role.VIEWER });
  });

  test("ACC14: ends with its user, with another password, and when it is logged out, also over a restart", async () => {
    await addUser(hub, "ann", "viewer");
    const [left, stays] = [await logIn(), await logIn()];
    await createClient(AccessService, transportWith(hub.url, bearer(left))).logout({});
    await expect(whoAmI(bearer(left))).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: expect.stringContaining("logged out"),
    });
    hub = await hub.restart();
    await expect(whoAmI(bearer(left))).rejects.toMatchObject({ rawMessage: expect.stringContaining("logged out") });
    await whoAmI(bearer(stays));
    await adminOf(hub).setUserPassword({ name: "ann", password: "another password" });
    await expect(whoAmI(bearer(stays))).rejects.toMatchObject({
      rawMessage: expect.stringContaining("password was changed"),
    });
    const again = await logIn("ann", "another password");
    await adminOf(hub).removeUser({ name: "ann" });
    await expect(whoAmI(bearer(again))).rejects.toMatchObject({ rawMessage: expect.stringContaining("removed") });
    await addUser(hub, "ann", "admin");
    await expect(whoAmI(bearer(again))).rejects.toMatchObject({ rawMessage: expect.stringContaining("removed") });
  });

  test("ACC14: a role counts from the moment when it is given", async () => {
    await addUser(hub, "ann", "viewer");
    const token = await logIn();
    await adminOf(hub).setUserRole({ name: "ann", role: Role.OPERATOR });
    expect((await whoAmI(bearer(token))).caller?.role).toBe(Role.OPERATOR);
    expect((await whoAmI(basic("ann", PASSWORD))).caller?.role).toBe(Role.OPERATOR);
  });

  test("ACC13: says the same of a wrong name and a wrong password, and looks at ten a minute", async () => {
    await addUser(hub, "ann", "viewer");
    const words = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const tried = logIn(i % 2 === 0 ? "ann" : "bob", "wrong password");
      words.add(await tried.catch((error: unknown) => String(error)));
    }
    expect([...words]).toEqual(["ConnectError: [unauthenticated] the user name or the password is wrong"]);
    for (const tried of [
      logIn(),
      logIn("bob"),
      whoAmI(basic("ann", PASSWORD)),
      authentication().hashPassword({ value: PASSWORD }),
    ]) {
      await expect(tried).rejects.toMatchObject({ code: Code.ResourceExhausted });
    }
    await whoAmI(bearer(hub.token));
  });

  test("ACC13: a right password is no guess, and Basic hashes it once a minute", async () => {
    await addUser(hub, "ann", "viewer");
    for (let i = 0; i < 12; i++) await logIn();
    const begin = performance.now();
    for (let i = 0; i < 200; i++) await whoAmI(basic("ann", PASSWORD));
    // 200 hashes alone would take 13 s.
    expect(performance.now() - begin).toBeLessThan(8_000);
    await adminOf(hub).setUserPassword({ name: "ann", password: "another password" });
    await expect(whoAmI(basic("ann", PASSWORD))).rejects.toMatchObject({ code: Code.Unauthenticated });
    await whoAmI(basic("ann", "another password"));
  });

  test("ACC14: a user changes its own password with the present one, which ends its sessions", async () => {
    await addUser(hub, "ann", "viewer");
    const token = await logIn();
    const own = createClient(AccessService, transportWith(hub.url, bearer(token)));
    const change = (currentPassword: string, newPassword: string) =>
      own.changePassword({ currentPassword, newPassword });
    await expect(change("wrong password", "another password")).rejects.toMatchObject({ code: Code.Unauthenticated });
    await expect(change(PASSWORD, "short")).rejects.toMatchObject({ code: Code.InvalidArgument });
    await change(PASSWORD, "another password");
    await expect(whoAmI(bearer(token))).rejects.toMatchObject({ code: Code.Unauthenticated });
    await logIn("ann", "another password");
    await expect(adminOf(hub).changePassword({ newPassword: "another password" })).rejects.toMatchObject({
      code: Code.FailedPrecondition,
    });
    const { events } = await adminOf(hub).listAuditEvents({ action: "ChangePassword", caller: "ann" });
    expect(events[0]).toMatchObject({
      summary: '{"current_password":"***hidden***","new_password":"***hidden***"}',
      outcome: "ok",
    });
  });

  test("ACC20: ten thousand failed logins leave memory as it was, and a few lines in the audit log", async () => {
    const own = await startHubProcess();
    try {
      await adminOf(own).addUser({ name: "ann", role: Role.VIEWER, password: PASSWORD });
      const login = createClient(Authentication, transportWith(own.url, {}));
      const fail = (username: string) => login.login({ username, password: "wrong password" }).catch(() => undefined);
      for (let round = 0; round < 150; round++) {
        await Promise.all(Array.from({ length: 20 }, () => fail("warm-up")));
      }
      const before = residentBytes(own.pid);
      for (let round = 0; round < 500; round++) {
        await Promise.all(Array.from({ length: 20 }, (_, i) => fail(i === 0 ? "ann" : `secret-${round}-${i}`)));
      }
      // What is garbage goes when the hub has nothing to do.
      await eventually(() => expect(residentBytes(own.pid) - before).toBeLessThan(64 << 20), 60_000);
      const { events } = await adminOf(own).listAuditEvents({ failuresOnly: true });
      expect(events.length).toBeLessThanOrEqual(4);
      expect(events.reduce((sum, { times }) => sum + times, 0n)).toBe(13_000n);
      expect(events.map(({ caller }) => caller?.name)).toContain("ann");
      expect(events.filter(({ caller }) => caller?.name !== "ann" && caller?.name !== "")).toEqual([]);
    } finally {
      await own.dispose();
    }
  }, 180_000);

  test("ACC13: HashPassword gives a text for a configuration, and refuses what is no password", async () => {
    const { value } = await authentication().hashPassword({ value: PASSWORD });
    expect(Buffer.from(value, "base64").toString()).toMatch(/^\$argon2id\$/);
    await expect(authentication().hashPassword({ value: "short" })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  test("ACC13: without users a login says how to make one", async () => {
    await expect(logIn()).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: expect.stringContaining("backrest-hub users add"),
    });
  });
});

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
