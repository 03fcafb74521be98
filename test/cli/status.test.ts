import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { binarySize } from "../../src/cli/output.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

let dataDir: string;
let hub: (Program & { readonly url: string }) | undefined;

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), "hub-cli-status-")), "data");
});

afterEach(async () => {
  hub?.process.kill("SIGKILL");
  await hub?.ended;
  hub = undefined;
  rmSync(join(dataDir, ".."), { recursive: true });
});

const command = (...args: string[]): Promise<Ended> => runToEnd([...args, "--data-dir", dataDir]);
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await command(...args, "--json")).out);

describe("what a hub says of itself and of its caller", () => {
  test("CLI30: status shows how a running hub does, and a stopped one is told of", async () => {
    expect(await command("status")).toMatchObject({ code: 3, err: expect.stringContaining("no hub is running") });
    hub = await serve(dataDir);
    const shown = await command("status");
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out.split("\n")).toEqual([
      expect.stringMatching(/^version {5}\d+\.\d+\.\d+, on Node \d+\.\d+\.\d+$/),
      expect.stringMatching(/^running {5}since \S+Z \(less than a minute\)$/),
      `listens at  ${hub.url} (clear text; a proxy may speak TLS before it)`,
      "machines    0 connected of 0",
      "operations  0",
      expect.stringMatching(/^store {7}[\d.]+ \wiB, of which 0 B are logs; [\d.]+ \wiB free beside it$/),
      `data        ${dataDir}`,
      "",
    ]);
    const { databaseBytes, freeBytes, runtime, dataDirectory, tls } = await json("status");
    expect([Number(databaseBytes) > 4096, Number(freeBytes) > 0, runtime, dataDirectory, tls]).toEqual([
      true,
      true,
      `Node ${process.versions.node}`,
      dataDir,
      false,
    ]);
  });

  test("CLI31: whoami says whom the hub takes the caller for", async () => {
    hub = await serve(dataDir);
    expect(await command("whoami")).toMatchObject({ code: 0, out: "admin (admin token, admin)\n" });
    const token = (await command("access-tokens", "create", "grafana", "--role", "viewer")).out.trim();
    const elsewhere = { BACKREST_HUB_URL: hub.url, BACKREST_HUB_TOKEN: token };
    expect((await runToEnd(["whoami"], elsewhere)).out).toBe("grafana (access token, viewer)\n");
    expect(JSON.parse((await runToEnd(["whoami", "--json"], elsewhere)).out)).toEqual({
      caller: { name: "grafana", kind: "CALLER_KIND_ACCESS_TOKEN", role: "ROLE_VIEWER" },
    });
    const admin = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
    const wrong = await runToEnd(["whoami"], { ...elsewhere, BACKREST_HUB_TOKEN: `${admin}x` });
    expect(wrong).toMatchObject({ code: 4, out: "" });
  });

  test.each([
    [0n, "0 B"],
    [1023n, "1023 B"],
    [1024n, "1.0 KiB"],
    [10_189n, "10 KiB"],
    [775_946_240n, "740 MiB"],
    [(1n << 20n) - 1n, "1.0 MiB"],
    [1_288_490_189n, "1.2 GiB"],
    [1n << 52n, "4096 TiB"],
  ])("CLI30: %s bytes are %s", (bytes, words) => {
    expect(binarySize(bytes)).toBe(words);
  });
});
