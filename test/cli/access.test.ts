import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AccessService, Role } from "../../gen/hub/v1/access_pb.js";
import { basic, bearer, PASSWORD, transportWith } from "../support/callers.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

const MAIN = fileURLToPath(new URL("../../bin/main.js", import.meta.url));
let dataDir: string;
let hub: (Program & { readonly url: string }) | undefined;

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), "hub-cli-access-")), "data");
});

afterEach(async () => {
  hub?.process.kill("SIGKILL");
  await hub?.ended;
  hub = undefined;
  rmSync(join(dataDir, ".."), { recursive: true });
});

const command = (...args: string[]): Promise<Ended> => runToEnd([...args, "--data-dir", dataDir]);
const whoAmI = async (headers: Record<string, string>) =>
  (await createClient(AccessService, transportWith(hub?.url ?? "", headers)).whoAmI({})).caller;

/** A command with something on its standard input. */
async function commandWith(input: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args, "--data-dir", dataDir], {
    env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => void (said.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => void (said.err += data.toString()));
  child.stdin.end(input);
  await once(child, "close");
  return { code: child.exitCode, ...said };
}

describe("users, access tokens and the audit log", () => {
  test.each(["running", "stopped"])(
    "CLI22: users are added, listed, changed and removed on a %s hub",
    async (state) => {
      if (state === "running") hub = await serve(dataDir);
      expect((await command("users", "list")).out).toBe("no users yet; only the admin token opens the hub\n");
      const made = await command("users", "add", "ann", "--role", "admin");
      expect(made).toMatchObject({ code: 0, err: "added ann (admin); the password is shown this once\n" });
      const password = made.out.trim();
      expect(password).toMatch(/^[\w-]{20}$/);
      const given = await commandWith(`${PASSWORD}\n`, "users", "add", "bob", "--role", "viewer", "--password-stdin");
      expect(given).toMatchObject({ code: 0, out: "added bob (viewer)\n", err: "" });
      expect(await command("users", "set-role", "bob", "operator")).toMatchObject({ out: "changed bob (operator)\n" });
      const listed = await command("users", "list");
      expect(listed.out).toMatch(/^NAME +ROLE +ADDED +BY\nann +admin .* admin\nbob +operator .* admin\n$/);
      const again = JSON.parse((await command("users", "set-password", "bob", "--json")).out) as { password: string };
      hub ??= await serve(dataDir);
      expect(await whoAmI(basic("ann", password))).toMatchObject({ name: "ann", role: Role.ADMIN });
      expect(await whoAmI(basic("bob", again.password))).toMatchObject({ role: Role.OPERATOR });
      await expect(whoAmI(basic("bob", PASSWORD))).rejects.toThrow("wrong");
      expect(await command("users", "remove", "bob")).toMatchObject({ code: 0, out: "removed bob (operator)\n" });
      expect(await command("users", "remove", "bob")).toMatchObject({
        code: 5,
        err: 'error: there is no user "bob"\n',
      });
    },
  );

  test.each(["running", "stopped"])("CLI23: access tokens are made, listed and revoked on a %s hub", async (state) => {
    if (state === "running") hub = await serve(dataDir);
    const made = await command("access-tokens", "create", "prometheus", "--role", "viewer", "--ttl", "90d");
    expect([made.code, made.err]).toEqual([
      0,
      expect.stringMatching(/^token 1 \(viewer\), until \d{4}-.*; it is shown this once\n$/),
    ]);
    const listed = await command("access-tokens", "list");
    expect(listed.out).toMatch(/^ID +NAME .*\n1 +prometheus +viewer +until \S+ +never +\d+ s ago +admin\n$/);
    expect(listed.out).not.toContain(made.out.trim());
    hub ??= await serve(dataDir);
    expect(await whoAmI(bearer(made.out.trim()))).toMatchObject({ name: "prometheus", role: Role.VIEWER });
    expect(await command("access-tokens", "revoke", "1")).toMatchObject({
      out: "revoked access token 1 (prometheus)\n",
    });
    expect(await command("access-tokens", "revoke", "1")).toMatchObject({ code: 5 });
    expect((await command("access-tokens", "list")).out).toBe("no access tokens\n");
  });

  test("CLI24: what commands change is in the audit log, whether the hub runs or not, under the admin token", async () => {
    await command("tokens", "create", "--label", "new laptop");
    await command("peers", "add", "--instance-id", "laptop", "--keyid", `ecdsa.${"A".repeat(43)}`);
    await commandWith(PASSWORD, "users", "add", "ann", "--role", "viewer", "--password-stdin");
    const stopped = await command("audit");
    hub = await serve(dataDir);
    await command("peers", "remove", "laptop");
    await command("peers", "remove", "tower");
    const { out } = await command("audit");
    const from = out.split("\n").map((line) => line.replace(/^\S+ +/, "").replace(/ +/g, " "));
    expect(from).toEqual([
      "WHO FROM WHAT OUTCOME REQUEST",
      'admin (admin token, admin) 127.0.0.1 hub.v1.PeersService/RemovePeer not_found {"instance_id":"tower"}',
      'admin (admin token, admin) 127.0.0.1 hub.v1.PeersService/RemovePeer ok {"instance_id":"laptop"}',
      "admin (admin token, admin) the hub's machine hub.v1.AccessService/AddUser ok " +
        '{"name":"ann","role":"ROLE_VIEWER","password":"***hidden***"}',
      "admin (admin token, admin) the hub's machine hub.v1.PeersService/AddPeer ok " +
        `{"instance_id":"laptop","keyid":"ecdsa.${"A".repeat(43)}"}`,
      "admin (admin token, admin) the hub's machine hub.v1.PairingService/CreatePairingToken ok " +
        '{"label":"new laptop"}',
      "",
    ]);
    expect(stopped.out.split("\n")).toHaveLength(5);
    const failures: { events: { outcome: string }[] } = JSON.parse(
      (await command("audit", "--failures", "--json")).out,
    );
    expect(failures.events).toMatchObject([{ outcome: "not_found", caller: { name: "admin" }, times: "1" }]);
    expect(
      (await command("audit", "--action", "AddUser", "--since", "1h", "--limit", "1")).out.split("\n"),
    ).toHaveLength(3);
    expect((await command("audit", "--caller", "bob")).out).toBe("nothing in the audit log\n");
  });

  test("CLI25: a slip is answered with what would do", async () => {
    await commandWith(PASSWORD, "users", "add", "ann", "--role", "admin", "--password-stdin");
    for (const [input, args, code, words] of [
      ["", ["users", "add", "bob"], 2, "--role"],
      ["", ["users", "add", "bob", "--role", "root"], 2, "Write viewer, operator or admin."],
      ["", ["users", "add", "a b", "--role", "viewer"], 2, "use 1 to 64 letters"],
      [
        "short\n",
        ["users", "add", "bob", "--role", "viewer", "--password-stdin"],
        2,
        "has 5 characters; use 10 to 256",
      ],
      ["", ["users", "add", "ANN", "--role", "viewer"], 5, 'there is a user "ann" already'],
      ["x".repeat(70_000), ["users", "add", "bob", "--role", "viewer", "--password-stdin"], 2, "more than a password"],
      ["", ["users", "set-password", "bob"], 5, 'there is no user "bob"'],
      ["", ["access-tokens", "create", "ci", "--role", "viewer", "--ttl", "soon"], 2, "such as"],
      ["", ["access-tokens", "revoke", "x"], 2, "access-tokens list"],
      ["", ["audit", "--limit", "0"], 2, "from 1 to 10000"],
    ] as const) {
      const ended = await commandWith(input, ...args);
      expect([args, ended.code, ended.out]).toEqual([args, code, ""]);
      expect(ended.err).toContain(words);
    }
    await command("users", "add", "bob", "--role", "viewer");
    expect(await command("users", "remove", "ann")).toMatchObject({
      code: 5,
      err: expect.stringContaining("is the last admin"),
    });
    const denied = await command("access-tokens", "create", "weak", "--role", "viewer");
    hub = await serve(dataDir);
    const far = { BACKREST_HUB_URL: hub.url, BACKREST_HUB_TOKEN: denied.out.trim() };
    expect(await runToEnd(["users", "list"], far)).toMatchObject({
      code: 4,
      err: "error: this needs the role admin, and weak has the role viewer; ask an admin of the hub\n",
    });
  });
});
