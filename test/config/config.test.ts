import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkConfig, type ConfigSources, doubtfulVariables, type HubConfig } from "../../src/config.js";
import { readConfig } from "../../src/config/read-config.js";
import { ALL_SETTINGS, envName } from "../../src/config/settings.js";
import { HubError } from "../../src/errors.js";

const BARE: ConfigSources = { flags: {}, env: {}, home: "/home/ada", workingDirectory: "/srv" };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe("where settings come from", () => {
  test("CFG1: without anything set the defaults hold, and the result is frozen", () => {
    const config = checkConfig(BARE);
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 9899 });
    expect(config.dataDir).toBe("/home/ada/.local/share/backrest-hub");
    expect(config.tlsCert).toBeUndefined();
    expect(config.limits).toMatchObject({
      maxConnectionsPerAddress: 64,
      openingMaxBytes: 16 * 1024,
      messageMaxBytes: 32 * 1024 ** 2,
      pingIntervalMs: 20_000,
      fullPassIntervalMs: 86_400_000,
      fullPassBelow: 20_000,
      shutdownGraceMs: 5_000,
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.listen)).toBe(true);
  });

  test("CFG1: the data directory follows XDG_DATA_HOME", () => {
    expect(check({ env: { XDG_DATA_HOME: "/data" } }).dataDir).toBe("/data/backrest-hub");
  });

  test("CFG2: a flag outranks a variable, a variable the file, the file the default", () => {
    const file = {
      path: "/etc/hub.json",
      directory: "/etc",
      content: { "max-knocks": 3, "ping-interval": "3s", "log-level": "warn" },
    };
    const env = { BACKREST_HUB_MAX_KNOCKS: "2", BACKREST_HUB_PING_INTERVAL: "2s" };
    const config = check({ flags: { "max-knocks": "1" }, env, file });
    expect([config.limits.maxKnocks, config.limits.pingIntervalMs, config.logLevel]).toEqual([1, 2_000, "warn"]);
  });

  test("CFG2: every setting is reachable as a flag, a variable and a key of the file", () => {
    for (const { name } of ALL_SETTINGS.filter((setting) => setting.name !== "config")) {
      const wrong = "\u0000";
      for (const sources of [
        { flags: { [name]: wrong } },
        { env: { [envName(name)]: wrong } },
        { file: { path: "/f", directory: "/", content: { [name]: wrong } } },
      ]) {
        expect(complaint(sources)).toContain(`${name}: `);
      }
    }
  });

  test("CFG3: lists come separated by commas, as a repeated flag or as an array", () => {
    const wanted = ["10.8.0.0/24", "fd00::/8"];
    const name = "allow-clear-text-peers";
    const file = { path: "/f", directory: "/", content: { [name]: wanted } };
    for (const sources of [
      { flags: { [name]: wanted } },
      { env: { [envName(name)]: "10.8.0.0/24, fd00::/8" } },
      { file },
    ]) {
      const { allowClearTextPeers } = check(sources);
      expect(allowClearTextPeers.texts).toEqual(wanted);
      expect(["10.8.0.9", "fd00::1", "10.9.0.1"].map((address) => allowClearTextPeers.contains(address))).toEqual([
        true,
        true,
        false,
      ]);
    }
  });

  test("CFG3: relative paths count from the working directory, those of the file from the file", () => {
    const file = { path: "/etc/hub.json", directory: "/etc", content: { "data-dir": "hub" } };
    expect(check({ file }).dataDir).toBe("/etc/hub");
    expect(check({ flags: { "data-dir": "hub" } }).dataDir).toBe("/srv/hub");
    expect(check({ flags: { "data-dir": "~/hub" } }).dataDir).toBe("/home/ada/hub");
  });
});

describe("values", () => {
  test.each([
    [":9899", { host: undefined, port: 9899 }],
    ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
    ["[::1]:9899", { host: "::1", port: 9899 }],
    ["hub.example.org:0", { host: "hub.example.org", port: 0 }],
  ])("CFG4: listen %s", (text, wanted) => {
    expect(check({ flags: { listen: text } }).listen).toEqual(wanted);
  });

  test.each(["9899", "localhost", "::1:9899", "host:65536", "http://host:80", "", "a b:80"])(
    "CFG4: listen refuses %j",
    (text) => {
      expect(complaint({ flags: { listen: text } })).toContain("accepted is HOST:PORT");
    },
  );

  test.each([
    ["1500ms", 1_500],
    ["20s", 20_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
  ])("CFG4: duration %s", (text, wanted) => {
    expect(check({ flags: { "fence-timeout": text } }).limits.fenceTimeoutMs).toBe(wanted);
  });

  test.each(["20", "-1s", "1.5s", "0s", "1y", "99999h", "1e3s", "s"])("CFG4: a duration refuses %j", (text) => {
    expect(complaint({ flags: { "probe-timeout": text } })).toMatch(/probe-timeout: .* from 100ms to 10m/);
  });

  test.each(["16", "16KB", "16kib", "-1KiB", "2GiB", "Infinity"])("CFG4: a size refuses %j", (text) => {
    expect(complaint({ flags: { "message-max-bytes": text } })).toMatch(/message-max-bytes: .* from 1MiB to 1GiB/);
  });

  test.each(["10.8.0.0/33", "10.8.0", "fd00::/129", "host", "10.8.0.1-9", "1.2.3.4/", "*"])(
    "CFG4: a network refuses %j",
    (text) => {
      expect(complaint({ flags: { "trusted-proxies": `10.0.0.1,${text}` } })).toContain(JSON.stringify(text));
    },
  );

  test("CFG5: networks hold addresses of both families, IPv4 in its IPv6 form too", () => {
    const ranges = check({ flags: { "trusted-proxies": "10.8.0.0/24,192.168.1.7,fd00::/8" } }).trustedProxies;
    for (const inside of ["10.8.0.255", "::ffff:10.8.0.1", "192.168.1.7", "fd12::1", "fd12::1%eth0"])
      expect(ranges.contains(inside)).toBe(true);
    for (const outside of ["10.8.1.0", "::ffff:10.9.0.1", "192.168.1.8", "fe80::1", "", "unix"])
      expect(ranges.contains(outside)).toBe(false);
  });

  test("CFG4: origins are what a browser sends", () => {
    expect(check({ flags: { "allow-origin": "https://a.example,http://b:8080,*" } }).allowOrigin).toHaveLength(3);
    for (const text of ["a.example", "https://a.example/", "https://A.example", "file:///x"]) {
      expect(complaint({ flags: { "allow-origin": text } })).toContain(JSON.stringify(text));
    }
  });
});

describe("what is wrong", () => {
  test("CFG6: all of it is listed at once, each with setting, value, origin and what is accepted", () => {
    const said = complaint({
      flags: { listen: "here" },
      env: { BACKREST_HUB_LOG_LEVEL: "loud" },
      file: { path: "/etc/hub.json", directory: "/etc", content: { "max-knoks": 1, "ping-interval": ["1s"] } },
    });
    expect(said.split("\n")).toEqual([
      "4 settings are wrong:",
      '  "max-knoks" (from the file /etc/hub.json) is not a setting; is max-knocks meant?',
      expect.stringContaining(
        'ping-interval: "[\\"1s\\"]" (from the file /etc/hub.json) is not accepted; accepted is a duration',
      ),
      expect.stringContaining('listen: "here" (from the flag --listen) is not accepted; accepted is HOST:PORT'),
      '  log-level: "loud" (from the variable BACKREST_HUB_LOG_LEVEL) is not accepted; accepted is one of error, warn, info, debug',
    ]);
  });

  test("CFG7: settings that make no sense together are refused", () => {
    expect(complaint({ flags: { "tls-cert": "/c" } })).toContain("tls-key: not set although tls-cert is");
    expect(complaint({ flags: { "require-tls": true } })).toContain("require-tls");
    expect(check({ flags: { "require-tls": true, "trusted-proxies": "10.0.0.1" } }).requireTls).toBe(true);
    expect(
      complaint({
        flags: { "require-tls": true, "trusted-proxies": "10.0.0.1", "allow-clear-text-peers": "10.8.0.0/24" },
      }),
    ).toContain("beside require-tls");
    expect(complaint({ flags: { "session-queue-max-bytes": "1GiB" } })).toContain(
      "must not be larger than total-queue-max-bytes",
    );
  });

  test("CFG8: a mistyped variable is pointed out, foreign ones are left alone", () => {
    const env = {
      BACKREST_HUB_LISTN: ":1",
      BACKREST_HUB_SERVICE_HOST: "10.0.0.1",
      BACKREST_HUB_TOKEN: "t",
      LISTN: "x",
    };
    expect(doubtfulVariables(env)).toEqual([
      "the variable BACKREST_HUB_LISTN is not a setting; is BACKREST_HUB_LISTEN meant?",
    ]);
  });
});

describe("the file", () => {
  test("CFG9: it is named by a flag or a variable and read once", () => {
    const path = write('{"listen": ":1234"}');
    const around = { env: {}, home: "/h", workingDirectory: "/w" };
    expect(readConfig({ config: path }, around).listen.port).toBe(1234);
    expect(readConfig({}, { ...around, env: { BACKREST_HUB_CONFIG: path } }).listen.port).toBe(1234);
  });

  test("CFG9: a missing file, one that is not JSON and an unreadable certificate are named", () => {
    const around = { env: {}, home: "/h", workingDirectory: "/w" };
    expect(() => readConfig({ config: "/nowhere/hub.json" }, around)).toThrow(
      /config: the file \/nowhere\/hub\.json cannot be read/,
    );
    expect(() => readConfig({ config: write("{listen}") }, around)).toThrow(/is not JSON/);
    expect(() => readConfig({ config: write("[]") }, around)).toThrow(/holds no JSON object/);
    expect(() => readConfig({ "tls-cert": "/nowhere/c", "tls-key": "/nowhere/k" }, around)).toThrow(
      /tls-cert: .*\n.*tls-key: /,
    );
  });
});

function check(sources: Partial<ConfigSources>): HubConfig {
  return checkConfig({ ...BARE, ...sources });
}

function complaint(sources: Partial<ConfigSources>): string {
  try {
    check(sources);
  } catch (error) {
    if (error instanceof HubError && error.code === "invalid_argument") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

function write(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hub-config-"));
  folders.push(folder);
  writeFileSync(join(folder, "hub.json"), text);
  return join(folder, "hub.json");
}
