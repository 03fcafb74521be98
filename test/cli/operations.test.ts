import { afterEach, describe, expect, test } from "@jest/globals";
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
  await peer.connect();
  await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(40));
  const env = { BACKREST_HUB_URL: hub.url, BACKREST_HUB_TOKEN: hub.token };
  const command = (...args: string[]): Promise<Ended> => runToEnd(["operations", ...args], env);
  return { hub, peer, command, env };
}

describe("operations", () => {
  test("CLI21: shows the newest, as a table and as JSON, filtered by the hub and by itself", async () => {
    const { command } = await hubWithHistory();
    const lines = async (...args: string[]) => (await command(...args)).out.trimEnd().split("\n").slice(1);
    const all = await command();
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^ID +STARTED +TOOK +INSTANCE +PLAN +REPO +WHAT +STATUS/);
    expect(await lines()).toHaveLength(20);
    expect(await lines("--last", "100")).toHaveLength(40);
    expect(await lines("--plan", "a/b", "--last", "7")).toHaveLength(7);
    expect(await lines("--since", "12h", "--kind", "prune", "--last", "100")).toHaveLength(6);
    // The only one is the oldest: what the hub does not filter is looked for further and further back.
    const [failed] = await lines("--status", "error", "--last", "1");
    expect(failed).toMatch(/^\d+ +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*laptop +a\/b +repo +backup +error/);
    const json = JSON.parse((await command("--repo", "repo", "--last", "2", "--json")).out) as { planId: string }[];
    expect(json.map(({ planId }) => planId)).toEqual(["a/b", "home"]);
    expect((await command("--instance", "nobody")).out).toBe("no operations\n");
  });

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
    ["--last", "0", "from 1 to"],
    ["--last", "many", "from 1 to"],
  ])("CLI2: %s %s is refused and says what is meant", async (option, value, words) => {
    const { code, out, err } = await runToEnd(["operations", option, value]);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(words)]);
  });
});
