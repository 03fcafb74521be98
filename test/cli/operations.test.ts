import { afterEach, describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { HubWithPeers } from "../support/hub-with-peers.js";
import { backup, ERROR, prune, SUCCESS } from "../support/sample-operations.js";
import { type Ended, runToEnd, start } from "./programs.js";

const hubs: HubWithPeers[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

async function hubWithHistory() {
  const started = await HubWithPeers.start();
  hubs.push(started);
  const { hub, addPeer } = started;
  const peer = await addPeer("laptop");
  const now = Date.now();
  for (let n = 0; n < 40; n++) {
    const unixTimeStartMs = BigInt(now - (40 - n) * 3_600_000);
    const status = n === 0 ? ERROR : SUCCESS;
    peer.history.add({ ...(n % 2 === 0 ? backup("a/b") : prune("home")), status, unixTimeStartMs });
  }
  peer.history.add(backup("a/b", { status: OperationStatus.STATUS_PENDING, unixTimeStartMs: BigInt(now + 3_600_000) }));
  await peer.connect();
  await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(41));
  const env = { BACKREST_HUB_URL: hub.url, BACKREST_HUB_TOKEN: hub.token };
  const command = (...args: string[]): Promise<Ended> => runToEnd(["operations", ...args], env);
  return { hub, peer, command, env };
}

describe("operations", () => {
  test("CLI21: shows the newest that have begun, as a table and as JSON, filtered by the hub", async () => {
    const { command } = await hubWithHistory();
    const lines = async (...args: string[]) => (await command(...args)).out.trimEnd().split("\n").slice(1);
    const all = await command();
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^ID +STARTED +TOOK +INSTANCE +PLAN +REPO +WHAT +STATUS/);
    expect(await lines()).toHaveLength(20);
    expect(await lines("--last", "100")).toHaveLength(40);
    expect(await lines("--plan", "a/b", "--last", "7")).toHaveLength(7);
    expect(await lines("--since", "12h", "--kind", "prune", "--last", "100")).toHaveLength(6);
    expect(await lines("--since", "12h", "--until", "6h", "--last", "100")).toHaveLength(6);
    expect(await lines("--until", "2000-01-01", "--last", "100")).toEqual([]);
    const [failed] = await lines("--status", "error", "--last", "1");
    expect(failed).toMatch(/^\d+ +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*laptop +a\/b +repo +backup +error/);
    const json = JSON.parse((await command("--repo", "repo", "--last", "2", "--json")).out) as { planId: string }[];
    expect(json.map(({ planId }) => planId)).toEqual(["a/b", "home"]);
    expect((await command("--instance", "nobody")).out).toBe("no operations\n");
    expect((await command("--status", "pending", "--json")).out).toMatch(/"STATUS_PENDING"/);
  });

  test("CLI21: what is more than a page comes from as many as it takes, in order", async () => {
    const { peer, command } = await hubWithHistory();
    const now = Date.now();
    for (let n = 0; n < 1_200; n++) {
      peer.history.add(backup("many", { status: SUCCESS, unixTimeStartMs: BigInt(now - n * 60_000) }));
      if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await eventually(async () => {
      const { code, out } = await command("--plan", "many", "--last", "1150", "--json");
      expect(code).toBe(0);
      const starts = (JSON.parse(out) as { unixTimeStartMs: string }[]).map((row) => Number(row.unixTimeStartMs));
      expect(starts).toEqual(Array.from({ length: 1_150 }, (_, n) => now - (1_149 - n) * 60_000));
    }, 20_000);
  }, 40_000);

  test("CLI21: follows until it is interrupted", async () => {
    const { peer, env } = await hubWithHistory();
    const program = start(["operations", "--follow", "--plan", "a/b", "--json"], env);
    const busy = setInterval(() => peer.history.add(backup("a/b", { status: SUCCESS })), 100);
    await program.until(/\n/);
    clearInterval(busy);
    program.process.kill("SIGINT");
    const { out } = await program.ended;
    expect(JSON.parse(out.split("\n")[0] ?? "")).toMatchObject({ planId: "a/b", status: "STATUS_SUCCESS" });
  });

  test.each([
    ["--status", "broken", "there are pending"],
    ["--kind", "backups", "there are backup"],
    ["--since", "yesterday", "12h"],
    ["--until", "tomorrow", "--until is"],
    ["--last", "0", "from 1 to"],
    ["--last", "many", "from 1 to"],
  ])("CLI2: %s %s is refused and says what is meant", async (option, value, words) => {
    const { code, out, err } = await runToEnd(["operations", option, value]);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(words)]);
  });

  test("CLI2: a time that ends before it begins is refused", async () => {
    const { code, err } = await runToEnd(["operations", "--since", "1h", "--until", "2h"]);
    expect([code, err]).toEqual([2, expect.stringContaining("give a later --until")]);
  });
});
