import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { type DataDirectory, openDataDirectory, readIdentity } from "../../src/identity/data-directory.js";
import { instanceIdFor } from "../../src/identity/instance-id.js";
import { type DataPaths, dataPaths } from "../../src/identity/paths.js";
import { readRunningHub } from "../../src/identity/running-hub.js";

let root: string;
let paths: DataPaths;
let lines: string[];
const opened: DataDirectory[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hub-data-"));
  paths = dataPaths(join(root, "data"));
  lines = [];
});

afterEach(() => {
  for (const directory of opened.splice(0)) directory.close();
  rmSync(root, { recursive: true });
});

describe("what is made", () => {
  test("ID6: a new directory and its files are the owner's alone, whatever the umask", () => {
    for (const mask of [0o000, 0o777]) {
      const before = process.umask(mask);
      try {
        const { paths: made } = open(dataPaths(join(root, `data-${mask}`)).directory);
        expect(mode(made.directory)).toBe("700");
        for (const path of [made.identity, made.adminToken, made.sealingKey, made.lock, made.running])
          expect([path, mode(path)]).toEqual([path, "600"]);
      } finally {
        process.umask(before);
      }
    }
  });

  test("ID6: wrong modes are tightened with one warning each", () => {
    open().close();
    chmodSync(paths.directory, 0o755);
    chmodSync(paths.identity, 0o644);
    open();
    expect([mode(paths.directory), mode(paths.identity)]).toEqual(["700", "600"]);
    expect(lines.filter((line) => line.includes("others could read this"))).toHaveLength(2);
  });

  test("ID7: a second start finds the same identity, token and key", () => {
    const first = open();
    first.close();
    const second = open();
    expect(second.identity.instanceId).toBe(first.identity.instanceId);
    expect(second.identity.ecdsa.keyid).toBe(first.identity.ecdsa.keyid);
    expect(second.identity.ed25519.keyid).toBe(first.identity.ed25519.keyid);
    expect([second.adminToken, second.sealingKey]).toEqual([first.adminToken, first.sealingKey]);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(Buffer.from(first.adminToken, "base64url")).toHaveLength(32);
  });

  test("ID7: the identity stands in Backrest's own formats", () => {
    const { identity } = open();
    expect(JSON.parse(readFileSync(paths.identity, "utf8"))).toEqual({
      instanceId: "hub-tower",
      ecdsa: {
        keyId: identity.ecdsa.keyid,
        ed25519priv: identity.ecdsa.ed25519priv,
        ed25519pub: identity.ecdsa.ed25519pub,
      },
      ed25519: {
        keyId: identity.ed25519.keyid,
        ed25519priv: identity.ed25519.ed25519priv,
        ed25519pub: identity.ed25519.ed25519pub,
      },
    });
  });

  test.each([
    ["Tower.example.org", "hub-tower"],
    ["a#b:c d", "hub-a-b-c-d"],
    ["", "hub-backrest"],
    ["漢字", "hub-backrest"],
    ["x".repeat(80), `hub-${"x".repeat(46)}`],
  ])("ID8: the instance id of a hub on %j is %s", (host, id) => {
    expect(instanceIdFor(host)).toBe(id);
  });

  test("ID9: nothing is left over in the directory", () => {
    open().close();
    expect(readdirSync(paths.directory).toSorted()).toEqual(["admin-token", "identity.json", "lock", "sealing-key"]);
  });
});

describe("what is never replaced", () => {
  test.each([
    ["empty", ""],
    ["cut off", '{"instanceId": "hub-tower", "ecdsa": {'],
    ["without a key", '{"instanceId": "hub-tower"}'],
  ])("ID10: an identity that is %s stops the start and stays as it is", (_, text) => {
    open().close();
    writeFileSync(paths.identity, text);
    expect(() => open()).toThrow(/identity\.json is damaged: .*Restore it from your backup/);
    expect(readFileSync(paths.identity, "utf8")).toBe(text);
    expect(() => readIdentity(paths)).toThrow(/damaged/);
  });

  test("ID10: every byte of the identity counts: cut anywhere, it is refused", () => {
    open().close();
    const whole = readFileSync(paths.identity, "utf8");
    for (let length = whole.length - 2; length > 0; length -= 97) {
      truncateSync(paths.identity, length);
      expect(() => readIdentity(paths)).toThrow(/damaged/);
    }
  });

  test("ID11: a missing identity beside a database stops the start", () => {
    open().close();
    rmSync(paths.identity);
    writeFileSync(paths.database, "");
    expect(() => open()).toThrow(/identity\.json is missing, although .*hub\.sqlite exists\. Restore it/);
    expect(existsSync(paths.identity)).toBe(false);
  });

  test("ID12: a damaged token or sealing key stops the start; a lost one is made anew", () => {
    open().close();
    writeFileSync(paths.database, "");
    writeFileSync(paths.adminToken, " \n");
    expect(() => open()).toThrow(/admin-token holds no token/);
    rmSync(paths.adminToken);
    writeFileSync(paths.sealingKey, "short");
    expect(() => open()).toThrow(/sealing-key is damaged/);
    rmSync(paths.sealingKey);
    open();
    expect(lines.filter((line) => line.includes("the sealing key was missing"))).toHaveLength(1);
  });

  test("ID13: a directory of somebody else's files is left alone", () => {
    mkdirSync(paths.directory, { mode: 0o755 });
    writeFileSync(join(paths.directory, "holiday.jpg"), "");
    expect(() => open()).toThrow(/holds other files \(holiday\.jpg\) and no hub/);
    expect(mode(paths.directory)).toBe("755");
    expect(readdirSync(paths.directory)).toEqual(["holiday.jpg"]);
  });

  test("ID13: a directory that cannot be made is named", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => open(join(root, "file", "data"))).toThrow(
      /data directory .* cannot be used \(.*name another with --data-dir/,
    );
  });
});

describe("the lock", () => {
  test("ID14: a second hub on the same directory is refused and told who holds it and where", () => {
    open().announce({ url: "http://127.0.0.1:9899" });
    expect(() => open()).toThrow(
      new RegExp(`another hub \\(process ${process.pid}\\) uses .* listening at http://127.0.0.1:9899; stop it`),
    );
    expect(readRunningHub(paths)).toEqual({ pid: process.pid, url: "http://127.0.0.1:9899" });
    opened.pop()?.close();
    expect(readRunningHub(paths)).toBeUndefined();
    open();
  });

  test("ID14: the lock holds between processes and falls when its process is killed", async () => {
    const module = new URL("../../src/identity/data-directory.js", import.meta.url).href;
    const script = `
      const { openDataDirectory } = await import(${JSON.stringify(module)});
      const { pino } = await import("pino");
      openDataDirectory(${JSON.stringify(paths.directory)}, { logger: pino({ level: "silent" }) }).announce({ url: "http://[::1]:1" });
      process.stdout.write("locked");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    try {
      await once(child.stdout, "data");
      expect(() => open()).toThrow(new RegExp(`process ${child.pid}\\).*http://\\[::1\\]:1`));
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
    expect(existsSync(paths.running)).toBe(true);
    open();
  });
});

function open(directory = paths.directory): DataDirectory {
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const made = openDataDirectory(directory, { logger, hostName: "Tower.example.org" });
  opened.push(made);
  return made;
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
