import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openAt } from "../../src/cli/banner.js";
import { type Ended, type Program, runToEnd, serve, start } from "./programs.js";

const LAPTOP = `ecdsa.${"L".repeat(43)}`;
const TOWER = `ecdsa.${"T".repeat(43)}`;
const NEWER = `ed25519.${"N".repeat(43)}`;

let folder: string;
let dataDir: string;
const running: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-"));
  dataDir = join(folder, "data");
});

afterEach(async () => {
  for (const program of running.splice(0)) {
    if (program.process.exitCode === null) program.process.kill("SIGKILL");
    await program.ended;
  }
  rmSync(folder, { recursive: true });
});

describe("serve", () => {
  test("CLI6: says on stdout where it listens, who it is and where the token lies, and logs to stderr", async () => {
    const hub = await startHub();
    const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
    const identity: { instanceId: string; ecdsa: { keyId: string } } = JSON.parse(
      readFileSync(join(dataDir, "identity.json"), "utf8"),
    );
    for (const wanted of [
      hub.url,
      identity.instanceId,
      identity.ecdsa.keyId,
      "ed25519.",
      join(dataDir, "admin-token"),
      "--allow-clear-text-peers",
    ]) {
      expect(hub.said.out).toContain(wanted);
    }
    const { code, out, err } = await stop(hub);
    expect(code).toBe(0);
    expect(out + err).not.toContain(token);
    for (const line of err.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
    expect(existsSync(join(dataDir, "hub.json"))).toBe(false);
    expect((statSync(dataDir).mode & 0o777).toString(8)).toBe("700");
  });

  test("CLI6: the first thing to read is the address; how to sign in is said until there is a user", async () => {
    const hub = await startHub();
    const [title, , address, , signIn] = hub.said.out.split("\n");
    expect([title, address, signIn]).toEqual([
      expect.stringMatching(/^Backrest Hub \S+ is ready\. Open it in a browser:$/),
      `    ${hub.url}/`,
      `First sign in: open the address, and paste the token in the file ${join(dataDir, "admin-token")}`,
    ]);
    expect(hub.said.out).toContain(`tokens create --data-dir ${dataDir}\n`);
    expect((await command(["users", "add", "ada", "--role", "admin"])).code).toBe(0);
    await stop(hub);
    expect((await startHub()).said.out).not.toContain("First sign in");
  });

  test("CLI6: one that listens everywhere is opened at this machine's loopback, or by name with TLS", () => {
    expect(openAt("http://[::]:9899")).toEqual([
      "http://127.0.0.1:9899/",
      `http://${hostname()}:9899/  from another machine`,
    ]);
    expect(openAt("https://0.0.0.0:9899")).toEqual([`https://${hostname()}:9899/`]);
    expect(openAt("http://10.8.0.1:9899")).toEqual(["http://10.8.0.1:9899/"]);
  });

  test("CLI7: a second hub on the same data directory ends with 5 and names the first", async () => {
    const hub = await startHub();
    const { code, out, err } = await runToEnd(["serve", "--listen", "127.0.0.1:0", "--data-dir", dataDir]);
    expect([code, out]).toEqual([5, ""]);
    expect(err).toContain(
      `another hub (process ${hub.process.pid}) uses the data directory ${dataDir} already, listening at ${hub.url}`,
    );
  });

  test("CLI7: an address in use is named, and nothing is left locked", async () => {
    const hub = await startHub();
    const port = new URL(hub.url).port;
    const { code, err } = await runToEnd([
      "serve",
      "--listen",
      `127.0.0.1:${port}`,
      "--data-dir",
      join(folder, "other"),
    ]);
    expect(code).not.toBe(0);
    expect(err).toMatch(/error: .*another program uses it/);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(join(folder, "other", "hub.json"))).toBe(false);
  });
});

describe("serve with TLS", () => {
  test("CLI16: commands on the same machine trust the hub's own certificate, and nobody else's", async () => {
    const files = [
      "--tls-cert",
      "test/data/tls/first.cert.pem",
      "--tls-key",
      "test/data/tls/first.key.pem",
      "--require-tls",
    ];
    const hub = await startHub(files);
    expect(hub.url).toMatch(/^https:/);
    expect((await command(["peers", "list"])).code).toBe(0);
    expect((await command(["states"])).out).toBe("no peers yet\n");
    const note: object = JSON.parse(readFileSync(join(dataDir, "hub.json"), "utf8"));
    writeFileSync(
      join(dataDir, "hub.json"),
      JSON.stringify({ ...note, tlsCert: join(process.cwd(), "test/data/tls/second.cert.pem") }),
    );
    const { code, err } = await command(["states"]);
    expect([code, err]).toEqual([3, expect.stringMatching(/^error: no hub answers at https:.*\n$/)]);
  });
});

describe("identity", () => {
  test("CLI8: is the same on a running and on a stopped hub, and over the network", async () => {
    const hub = await startHub();
    const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
    const live: unknown = JSON.parse((await command(["identity", "--json"])).out);
    const far = await runToEnd(["identity", "--json"], { BACKREST_HUB_URL: hub.url, BACKREST_HUB_TOKEN: token });
    await stop(hub);
    const dead: unknown = JSON.parse((await command(["identity", "--json"])).out);
    expect(live).toEqual({
      instanceId: expect.any(String),
      keyids: { ecdsa: expect.stringMatching(/^ecdsa\./), ed25519: expect.stringMatching(/^ed25519\./) },
    });
    expect([JSON.parse(far.out), dead]).toEqual([live, live]);
    const nobody = await runToEnd(["identity", "--data-dir", join(folder, "none")]);
    expect([nobody.code, nobody.err]).toEqual([5, expect.stringContaining("there is no hub in")]);
  });
});

describe("identity --client-config", () => {
  test("CLI8: prints what a machine without tokens needs in its config.json, with its own grants", async () => {
    await startHub();
    const url = "http://10.8.0.1:9899";
    const piece = async (...more: string[]): Promise<unknown> =>
      JSON.parse((await command(["identity", "--client-config", "--url", url, ...more])).out);
    const permissions = [{ type: "PERMISSION_READ_OPERATIONS", scopes: ["*"] }];
    const keyId = expect.stringMatching(/^ecdsa\./);
    const host = { instanceId: expect.any(String), keyId, instanceUrl: url, permissions };
    expect(await piece()).toEqual({ sync: { knownHosts: [host] } });
    const writing = [...permissions, { type: "PERMISSION_READ_WRITE_CONFIG", scopes: ["*"] }];
    expect(await piece("--with-config", "--with-changes")).toMatchObject({
      sync: { knownHosts: [{ permissions: writing }] },
    });
    const without = await command(["identity", "--client-config"]);
    expect([without.code, without.out, without.err]).toEqual([2, "", expect.stringContaining("--url")]);
    expect(await command(["identity", "--with-config"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--with-config is about what --client-config prints"),
    });
  });
});

describe("peers", () => {
  test.each(["running", "stopped"])("CLI9: are added, listed and removed on a %s hub", async (state) => {
    if (state === "running") await startHub();
    expect(await command(["peers", "add", "--instance-id", "laptop", "--keyid", LAPTOP])).toMatchObject({
      code: 0,
      out: `added laptop (${LAPTOP})\n`,
    });
    const file = join(folder, "peers.json");
    writeFileSync(
      file,
      JSON.stringify([
        { instanceId: "tower", keyid: TOWER, note: "ignored" },
        { instanceId: "newer", keyId: NEWER },
      ]),
    );
    expect((await command(["peers", "add", "--file", file])).code).toBe(0);
    expect((await command(["peers", "add", "--file", file])).code).toBe(0);
    const listed: { peers: { instanceId: string; keyid: string }[] } = JSON.parse(
      (await command(["peers", "list", "--json"])).out,
    );
    expect(listed.peers.map(({ instanceId, keyid }) => [instanceId, keyid])).toEqual([
      ["laptop", LAPTOP],
      ["newer", NEWER],
      ["tower", TOWER],
    ]);
    expect(await command(["peers", "remove", "tower"])).toMatchObject({ code: 0, out: `removed tower (${TOWER})\n` });
    expect(await command(["peers", "remove", NEWER])).toMatchObject({ code: 0 });
    expect((await command(["peers", "list"])).out).toMatch(
      /^INSTANCE .*\nlaptop +disconnected +never +0 +ecdsa\.L+\n$/,
    );
  });

  test("CLI20: a peer that is away is asked for its whole history at its next connection", async () => {
    await startHub();
    await command(["peers", "add", "--instance-id", "laptop", "--keyid", LAPTOP]);
    for (const name of ["laptop", LAPTOP]) {
      expect(await command(["peers", "resync", name])).toMatchObject({
        code: 0,
        out: "will ask at its next connection: laptop\n",
      });
    }
    expect(JSON.parse((await command(["peers", "resync", "laptop", "--json"])).out)).toMatchObject({
      connected: false,
      peer: { instanceId: "laptop" },
    });
  });

  test.each(["running", "stopped"])("CLI10: what cannot be is refused in words on a %s hub", async (state) => {
    if (state === "running") await startHub();
    await command(["peers", "add", "--instance-id", "laptop", "--keyid", LAPTOP]);
    for (const [args, code, words] of [
      [["add", "--instance-id", "laptop", "--keyid", TOWER], 5, "laptop"],
      [["add", "--instance-id", "x", "--keyid", "rsa.x"], 2, "is no Backrest key id"],
      [["add", "--instance-id", "", "--keyid", TOWER], 2, "empty"],
      [["remove", "nobody"], 5, "backrest-hub peers list"],
      [["resync", "nobody"], 5, state === "running" ? "backrest-hub peers list" : "a stopped hub cannot ask"],
      [["approve", TOWER], 5, state === "running" ? "nobody with the key id" : "this one is stopped"],
      [["refuse", TOWER], 5, state === "running" ? "nobody with the key id" : "this one is stopped"],
    ] as const) {
      const ended = await command(["peers", ...args]);
      expect([args, ended.code, ended.out]).toEqual([args, code, ""]);
      expect(ended.err).toContain(words);
    }
  });

  test("CLI11: of a list with entries that cannot be, the others are added, and each failure is told", async () => {
    const file = join(folder, "peers.json");
    const entries = [
      { instanceId: "a", keyid: "bad" },
      { instanceId: "laptop", keyid: LAPTOP },
      { instanceId: "b", keyid: "bad" },
    ];
    writeFileSync(file, JSON.stringify(entries));
    const { code, out, err } = await command(["peers", "add", "--file", file]);
    expect([code, out]).toEqual([2, `added laptop (${LAPTOP})\n`]);
    expect(err).toMatch(/error: b: .*\nerror: a: /);
    writeFileSync(file, '[{"instanceId": "a"}]');
    expect((await command(["peers", "add", "--file", file])).err).toContain("entry 1 of");
  });

  test("CLI12: after a hub was killed its note is out of date, and commands find that out", async () => {
    const hub = await startHub();
    hub.process.kill("SIGKILL");
    await hub.ended;
    expect(existsSync(join(dataDir, "hub.json"))).toBe(true);
    expect((await command(["peers", "list"])).code).toBe(0);
    expect((await command(["states"])).code).toBe(3);
  });
});

describe("states", () => {
  test("CLI13: --watch goes on with every change until it is interrupted, which is no failure", async () => {
    await startHub();
    const watch = start(["states", "--watch", "--data-dir", dataDir]);
    running.push(watch);
    await command(["peers", "add", "--instance-id", "laptop", "--keyid", LAPTOP]);
    await watch.until(/ {2}laptop {2}disconnected/);
    watch.process.kill("SIGINT");
    expect(await watch.ended).toMatchObject({ code: 0, err: "" });
    const states: unknown = JSON.parse((await command(["states", "--json"])).out);
    expect(states).toMatchObject([
      { peerInstanceId: "laptop", peerKeyid: LAPTOP, state: "CONNECTION_STATE_DISCONNECTED" },
    ]);
  });

  test("CLI14: a wrong token ends with 4 and says where the right one is", async () => {
    const hub = await startHub();
    const { code, err } = await runToEnd(["states", "--url", hub.url, "--token", "wrong"]);
    expect([code, err]).toEqual([4, expect.stringContaining("admin-token")]);
  });

  test("CLI15: a reader that stops reading is no failure", async () => {
    await startHub();
    const file = join(folder, "peers.json");
    const key = (index: number): string => `ecdsa.${String(index).padStart(43, "0")}`;
    writeFileSync(
      file,
      JSON.stringify(Array.from({ length: 300 }, (_, index) => ({ instanceId: `m${index}`, keyid: key(index) }))),
    );
    await command(["peers", "add", "--file", file]);
    const main = new URL("../../bin/main.js", import.meta.url).pathname;
    const script = `set -o pipefail; "${process.execPath}" "${main}" peers list --json --data-dir "${dataDir}" | head -c 10`;
    const child = spawn("bash", ["-c", script], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (data: Buffer) => void (said += data.toString()));
    await once(child, "close");
    expect([child.exitCode, said]).toEqual([0, ""]);
  });
});

async function startHub(args: readonly string[] = []): ReturnType<typeof serve> {
  const hub = await serve(dataDir, args);
  running.push(hub);
  return hub;
}

function stop(hub: Program): Promise<Ended> {
  hub.process.kill("SIGTERM");
  return hub.ended;
}

function command(args: readonly string[]): Promise<Ended> {
  return runToEnd([...args, "--data-dir", dataDir]);
}
