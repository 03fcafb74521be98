import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

let folder: string;
let dataDir: string;
const running: Program[] = [];
const peers: SeedPeer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-connections-"));
  dataDir = join(folder, "data");
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  for (const program of running.splice(0)) {
    program.process.kill("SIGKILL");
    await program.ended;
  }
  rmSync(folder, { recursive: true });
});

interface Refused {
  readonly refused: readonly { readonly id: string; readonly cause: string; readonly count: string }[];
}

describe("connections", () => {
  test("CONN13: who is connected, who was refused and why, on a running and on a stopped hub", async () => {
    const hub = await serve(dataDir);
    running.push(hub);
    expect((await command(["list"])).out).toBe("nobody is connected\n");
    expect((await command(["refused"])).out).toBe("nothing was refused\n");
    const stranger = newPeer(hub.url, "stranger");
    await expect(stranger.connect()).rejects.toThrow();
    const tower = newPeer(hub.url, "tower");
    const { keyid } = tower.identity;
    await runToEnd(["peers", "add", "--instance-id", "tower", "--keyid", keyid, "--data-dir", dataDir]);
    await tower.connect();
    expect((await command(["list"])).out).toMatch(/^INSTANCE +ADDRESS .*\ntower +127\.0\.0\.1 .* ecdsa\.\S+\n$/);
    expect(JSON.parse((await command(["list", "--json"])).out)).toMatchObject({
      connections: [{ instanceId: "tower", keyid }],
    });
    const { out } = await command(["refused"]);
    expect(out).toMatch(/^unknown key: "stranger" from 127\.0\.0\.1, \d+ s ago \(once\)\n/);
    expect(out).toContain(`peers approve ${stranger.identity.keyid}`);

    hub.process.kill("SIGTERM");
    await hub.ended;
    expect((await command(["list"])).code).toBe(3);
    const kept: Refused = JSON.parse((await command(["refused", "--json"])).out);
    const cure = expect.stringContaining(`peers approve ${stranger.identity.keyid}`);
    expect(kept.refused).toMatchObject([{ cause: "REFUSAL_CAUSE_UNKNOWN_KEY", count: "1", cure }]);
    expect((await command(["forget", kept.refused[0]?.id ?? ""])).out).toBe("forgot 1 entry\n");
    expect((await command(["refused"])).out).toBe("nothing was refused\n");
  });

  test("CONN13: forget wants to be told what, and does not mind what is gone", async () => {
    for (const args of [["forget"], ["forget", "x", "--all"]]) {
      expect(await command(args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--all") });
    }
    expect((await command(["forget", "--all"])).out).toBe("forgot 0 entries\n");
    expect(JSON.parse((await command(["forget", "gone", "--json"])).out)).toEqual({ forgotten: 0 });
  });
});

function newPeer(url: string, instanceId: string): SeedPeer {
  const peer = new SeedPeer({ url, instanceId });
  peers.push(peer);
  return peer;
}

function command(args: readonly string[]): Promise<Ended> {
  return runToEnd(["connections", ...args, "--data-dir", dataDir]);
}
