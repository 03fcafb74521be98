import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SeedPeer } from "../../src/client/peer.js";
import { machineOf, SEVEN } from "../support/health-fleet.js";
import { eventually } from "../support/hub-calls.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

let folder = "";
let hub: Program & { readonly url: string };
const peers: SeedPeer[] = [];
/** It shows no schedule, and has backed up twice. */
const NEW = { lastSuccessHours: 5, backups: 2 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-fleet-"));
  hub = await serve(join(folder, "data"));
  expect(await command("fleet", "--check")).toMatchObject({ code: 3, out: expect.stringMatching(/^BACKREST UNKNOWN/) });
  for (const name of ["ok", "overdue", "new"]) {
    const peer = machineOf(name, hub.url, SEVEN[name] ?? NEW);
    peers.push(peer);
    await command("peers", "add", "--instance-id", name, "--keyid", peer.identity.keyid);
    await peer.connect();
  }
  await eventually(async () => expect((await command("fleet")).out).toContain("OVERDUE"), 15_000);
}, 60_000);

afterAll(async () => {
  for (const peer of peers) peer.kill();
  hub.process.kill("SIGKILL");
  await hub.ended;
  rmSync(folder, { recursive: true });
});

function command(...args: string[]): Promise<Ended> {
  return runToEnd([...args, "--data-dir", join(folder, "data")]);
}

describe("fleet and instances", () => {
  test("CLI27: the fleet is one sentence, and who needs attention with why and what to do", async () => {
    const { code, out } = await command("fleet");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^1 machine needs attention\.\n\nINSTANCE .*\noverdue +home +OVERDUE +4 days ago\n {2}No backup for 4 d; /,
    );
    expect(out).not.toMatch(/^(ok|new) /m);
    const { out: all } = await command("fleet", "--all");
    expect(all).toMatch(/^ok +home +OK /m);
    expect(all).toMatch(/^new +home +UNKNOWN +5 h ago +Last success 5 h ago\. 2 backups so far; after 5 /m);
    const json: { summary: { machines: number } } = JSON.parse((await command("fleet", "--json")).out);
    expect(json.summary.machines).toBe(3);
  }, 30_000);

  test("CLI28: --check is one line with figures, and the exit code of a monitoring plugin", async () => {
    const critical = await command("fleet", "--check");
    expect(critical).toMatchObject({ code: 2, err: "" });
    expect(critical.out).toMatch(
      /^BACKREST CRITICAL - 1 machine needs attention: overdue overdue \| machines=3 attention=1;0 plans_failing=0 plans_overdue=1 plans_never=0 plans_unknown=1 [^\n]*plans_ok=1\n$/,
    );
    const away = ["--url", "http://127.0.0.1:1", "--token", "x"];
    const unreachable = await runToEnd(["fleet", "--check", ...away]);
    expect(unreachable).toMatchObject({ code: 3, out: expect.stringMatching(/^BACKREST UNKNOWN - no hub answers/) });
  }, 30_000);

  test("CLI29: a machine is listed, shown, and judged as the operator says", async () => {
    expect((await command("instances", "list")).out).toMatch(/^overdue +OVERDUE +connected +1 /m);
    const shown = await command("instances", "set", "overdue", "--not-always-on", "--grace", "10d");
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^overdue: LATE\n.*\n\(not always on, grace 10 d\)\n/),
    });
    await command("instances", "set", "overdue", "--always-on", "--grace", "0", "--ignore");
    const ignored = await command("fleet", "--check");
    expect(ignored).toMatchObject({ code: 0, out: expect.stringMatching(/^BACKREST OK - [^|]* \(1 ignored\) \|/) });
    await command("instances", "set", "overdue", "--no-ignore", "--snooze", "2h");
    expect(await command("fleet")).toMatchObject({ code: 0, out: "No machine needs attention (1 snoozed).\n" });
    expect(await command("fleet", "--check")).toMatchObject({ code: 0 });
    expect((await command("instances", "show", "overdue")).out).toMatch(/^overdue: OVERDUE\n[\s\S]*snoozed until /);
    await command("instances", "set", "overdue", "--snooze", "0");
    expect(await command("fleet", "--check")).toMatchObject({ code: 2 });
    expect(await command("instances", "set", "overdue")).toMatchObject({
      code: 2,
      err: expect.stringContaining("say what"),
    });
    expect(await command("instances", "show", "nobody")).toMatchObject({ code: 5 });
  }, 60_000);

  test("CLI27, HV67: after a start of the hub it is said who has yet to come back, and nothing else of it changes", async () => {
    const before = await command("fleet", "--check");
    hub.process.kill("SIGKILL");
    await hub.ended;
    hub = await serve(join(folder, "data"));
    expect((await command("fleet")).out).toMatch(
      /^1 machine needs attention\.\nThe hub started [^:]+ ago: 3 of 3 machines have yet to come back\. [^\n]+\n\nINSTANCE /,
    );
    expect((await command("instances", "list")).out).toMatch(/^ok +OK +coming back +1 /m);
    expect((await command("instances", "show", "overdue")).out).toMatch(/^coming back: the hub has just started$/m);
    expect(await command("fleet", "--check")).toEqual(before);
  }, 60_000);
});
