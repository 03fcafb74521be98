import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parsePairingToken } from "../../src/fleet/pairing-token.js";
import { openStore } from "../../src/store/open.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

let folder: string;
let dataDir: string;
const running: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-tokens-"));
  dataDir = join(folder, "data");
});

afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill("SIGKILL");
    await program.ended;
  }
  rmSync(folder, { recursive: true });
});

/** Each command is a process; on a busy machine a dozen of them take their time. */
const SLOW_MS = 90_000;

interface Shown {
  readonly tokens: readonly { readonly id: string; readonly label: string }[];
}

describe("tokens", () => {
  test.each(["running", "stopped"])(
    "CLI17: are made, listed and revoked on a %s hub",
    async (state) => {
      if (state === "running") await startHub();
      const { code, out, err } = await command(["create", "--label", "new laptop", "--ttl", "900s", "--max-uses", "1"]);
      expect([code, err]).toEqual([
        0,
        expect.stringMatching(/^token 1, for one machine, until .*; it is shown this once\n$/),
      ]);
      const { secret } = parsePairingToken(out.trimEnd());
      const made: { text: string; secret: string; token: object } = JSON.parse(
        (await command(["create", "--for", "tower", "--json"])).out,
      );
      expect(made.text).toContain(made.secret);
      const text = (await command(["list"])).out;
      expect(text).toMatch(
        /^ID +LABEL +STATUS .*\n2 +good +0 of 1 .* tower .*\n1 +new laptop +good +0 of 1 .* any .*\n$/,
      );
      const listed = await command(["list", "--json"]);
      const shown: Shown = JSON.parse(listed.out);
      expect(shown.tokens[0]).toEqual(made.token);
      for (const each of [secret, made.secret]) expect(text + listed.out).not.toContain(each);
      expect(await command(["revoke", "1"])).toMatchObject({ code: 0, out: "revoked token 1\n" });
      expect(await command(["revoke", "1"])).toMatchObject({ code: 5, err: expect.stringContaining("has the id 1") });
      expect((await command(["revoke", "2", "--json"])).code).toBe(0);
      expect((await command(["list"])).out).toBe("no pairing tokens\n");
    },
    SLOW_MS,
  );

  test(
    "CLI17: a slip is answered with what would do, and makes no token",
    async () => {
      for (const [args, words] of [
        [["create", "--ttl", "soon"], "such as 250ms, 20s, 5m or 24h"],
        [["create", "--max-uses", "-1"], "a whole number from 1"],
        [["create", "--for", ""], "empty"],
        [["create", "--grant", "read-everything"], "read-operations, read-config"],
        [["create", "--grant", "read-config=-repo:a"], '"-repo:a" is no scope'],
        [["create", "--grant", "read-config=repo:a,"], "Write scopes as"],
        [["create", "--grant", "read-config=repo:a", "--grant", "read-config=repo:b"], "Give read-config once"],
        [["create", "--with-config"], "give both"],
        [["revoke", "x"], "tokens list"],
        [["creat"], "Did you mean create"],
      ] as const) {
        const { code, out, err } = await command(args);
        expect([args, code, out]).toEqual([args, 2, ""]);
        expect(err).toContain(words);
      }
      expect((await command(["list"])).out).toBe("no pairing tokens\n");
    },
    SLOW_MS,
  );

  test("CLI17: the list names the newest machines that paired with a token, on a stopped hub too", async () => {
    const { out } = await command(["create", "--max-uses", "0"]);
    const { secret } = parsePairingToken(out.trimEnd());
    const secretHash = createHash("sha256").update(secret).digest();
    const store = await openStore({ file: join(dataDir, "hub.sqlite") });
    for (const instanceId of ["office-nas", "web-1", "web-2", "mail", "tower"]) {
      await store.pair({
        secretHash,
        keyid: `key of ${instanceId}`,
        instanceId,
        generation: "current",
        atMs: Date.now(),
      });
    }
    await store.close();
    const text = (await command(["list"])).out;
    expect(text).toMatch(/ USED BY\n1 .* 5 .* tower, mail, web-2 and 2 more\n$/);
    const listed: unknown = JSON.parse((await command(["list", "--json"])).out);
    expect(listed).toMatchObject({ tokens: [{ uses: 5, usedBy: ["tower", "mail", "web-2", "web-1", "office-nas"] }] });
  });

  test("CLI19: --grant says what a machine that pairs may do at the hub", async () => {
    const grants = ["--grant", "receive-shared-repos", "--grant", "read-config=repo:nas,!plan:secret"];
    const { out } = await command(["create", "--json", ...grants]);
    expect(JSON.parse(out)).toMatchObject({
      token: {
        permissions: [
          { type: "PERMISSION_RECEIVE_SHARED_REPOS", scopes: ["*"] },
          { type: "PERMISSION_READ_CONFIG", scopes: ["repo:nas", "!plan:secret"] },
        ],
      },
    });
    expect(JSON.parse((await command(["create", "--json"])).out)).toMatchObject({ token: { permissions: [] } });
  });

  test("CLI17: a hub's log and banner say nothing of a secret", async () => {
    const hub = await startHub(["--log-level", "debug"]);
    const { secret } = parsePairingToken((await command(["create"])).out.trimEnd());
    hub.process.kill("SIGTERM");
    const { out, err } = await hub.ended;
    expect((out + err).includes(secret)).toBe(false);
  });

  test("CLI18: --client-config prints the piece that pairs a machine, ready for its config.json", async () => {
    const hub = await startHub();
    const { code, out, err } = await command(["create", "--client-config", "--url", "https://hub.example.org:9899"]);
    expect([code, err]).toEqual([0, ""]);
    const identity: { instanceId: string; ed25519: { keyId: string } } = JSON.parse(
      readFileSync(join(dataDir, "identity.json"), "utf8"),
    );
    expect(JSON.parse(out)).toEqual({
      sync: {
        knownHosts: [
          {
            instanceId: identity.instanceId,
            keyId: identity.ed25519.keyId,
            instanceUrl: "https://hub.example.org:9899",
            permissions: [{ type: "PERMISSION_READ_OPERATIONS", scopes: ["*"] }],
            initialPairingSecret: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        ],
      },
    });
    const config = await command(["create", "--client-config", "--with-config", "--url", "https://hub.example.org"]);
    expect(JSON.parse(config.out)).toMatchObject({
      sync: {
        knownHosts: [
          {
            permissions: [
              { type: "PERMISSION_READ_OPERATIONS", scopes: ["*"] },
              { type: "PERMISSION_READ_CONFIG", scopes: ["*"] },
            ],
          },
        ],
      },
    });
    const sharing = ["--with-config", "--with-changes", "--with-shared-repos", "--url", "https://hub.example.org"];
    const all = await command(["create", "--client-config", ...sharing]);
    expect(JSON.parse(all.out)).toMatchObject({
      sync: {
        knownHosts: [
          {
            permissions: [
              { type: "PERMISSION_READ_OPERATIONS" },
              { type: "PERMISSION_READ_WRITE_CONFIG" },
              { type: "PERMISSION_RECEIVE_SHARED_REPOS" },
            ],
          },
        ],
      },
    });
    const [newest]: { permissions: unknown }[] = JSON.parse((await command(["list", "--json"])).out).tokens;
    expect(newest?.permissions).toEqual([{ type: "PERMISSION_RECEIVE_SHARED_REPOS", scopes: ["*"] }]);
    expect((await command(["create", "--with-changes"])).err).toContain("give both");
    const here = await command(["create", "--client-config"]);
    expect(here.err).toContain("reaches the hub from its own machine only");
    expect(JSON.parse(here.out)).toMatchObject({ sync: { knownHosts: [{ instanceUrl: hub.url }] } });
    const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
    const env = { BACKREST_HUB_TOKEN: token };
    const far = await runToEnd(["tokens", "create", "--client-config", "--url", hub.url], env);
    expect(JSON.parse(far.out)).toMatchObject({ sync: { knownHosts: [{ instanceUrl: hub.url }] } });
  });

  test("CLI18: on a stopped hub it wants to be told the address, and makes no token without", async () => {
    const { code, out, err } = await command(["create", "--client-config"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("--url");
    expect((await command(["create", "--client-config", "--url", "hub.example.org"])).code).toBe(2);
    expect((await command(["list"])).out).toBe("no pairing tokens\n");
    expect((await command(["create", "--client-config", "--url", "http://10.8.0.1:9899"])).code).toBe(0);
  });
});

async function startHub(args: readonly string[] = []): ReturnType<typeof serve> {
  const hub = await serve(dataDir, args);
  running.push(hub);
  return hub;
}

function command(args: readonly string[]): Promise<Ended> {
  return runToEnd(["tokens", ...args, "--data-dir", dataDir]);
}
