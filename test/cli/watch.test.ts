import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SeedPeer } from "../../src/client/peer.js";
import { machineOf } from "../support/health-fleet.js";
import { eventually } from "../support/hub-calls.js";
import { backup, SUCCESS } from "../support/sample-operations.js";
import { type Program, runToEnd, serve, start } from "./programs.js";

let folder = "";
let hub: Program & { readonly url: string };
let peer: SeedPeer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-watch-"));
  hub = await serve(join(folder, "data"));
  peer = machineOf("web-1", hub.url, { lastSuccessHours: 100, schedule: "daily" });
}, 60_000);

afterAll(async () => {
  peer.kill();
  hub.process.kill("SIGKILL");
  await hub.ended;
  rmSync(folder, { recursive: true });
});

describe("watch", () => {
  test("CLI32: each change is a line in words, and with --json each message is one line", async () => {
    const target = ["--data-dir", join(folder, "data")];
    const [words, json] = [start(["watch", ...target]), start(["watch", "--json", ...target])];
    await words.until(/^\d\d:\d\d:\d\d {2}No machine is enrolled yet\.\n/);
    await json.until(/"headline":/);
    await runToEnd(["peers", "add", "--instance-id", "web-1", "--keyid", peer.identity.keyid, ...target]);
    await peer.connect();
    await words.until(/ {2}web-1 {2}OVERDUE {2}No backup for 4 d; /);
    expect(words.said.out).toMatch(/ {2}changed: .*peers/);
    expect(words.said.out).toMatch(/ {2}web-1 {2}connected\n/);
    peer.history.add({ ...backup("home"), status: SUCCESS, unixTimeEndMs: BigInt(Date.now()) });
    await words.until(/ {2}web-1 {2}home {2}backup {2}success {2}\(\d+\)\n/);
    await words.until(/ {2}web-1 {2}OK {2}Last success /);
    await eventually(() => expect(json.said.out).toMatch(/"createdOperations"/));
    const kinds = json.said.out
      .split("\n")
      .slice(0, -1)
      .flatMap((line) => Object.keys(Object(JSON.parse(line))));
    expect(new Set(kinds)).toEqual(new Set(["fleet", "lists", "operations"]));
    for (const { process } of [words, json]) process.kill("SIGINT");
    expect([(await words.ended).code, (await json.ended).code]).toEqual([0, 0]);
  }, 60_000);
});
