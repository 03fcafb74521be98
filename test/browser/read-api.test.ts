import { fileURLToPath } from "node:url";
import { describe, expect } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import { letIn } from "../support/board-fleet.js";
import { useBoards } from "../support/boards.js";
import { PASSWORD } from "../support/callers.js";
import { bundled, emptyOrigin } from "../support/chromium.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup, ERROR, SUCCESS } from "../support/sample-operations.js";
import type { PageFindings } from "./page.js";

const PAGE = fileURLToPath(new URL("./page.js", import.meta.url));
const REPO = { id: "repo", guid: "a".repeat(64) };
const OPERATIONS = 30;

const boards = useBoards();
const { it, open, startHub } = boards;

describe("a Connect web client in a Chromium", () => {
  it("WEB1: makes the calls of Backrest's own page, in their order and with their arguments", async () => {
    const origin = await emptyOrigin();
    boards.atEnd(() => origin.close());
    const hub = await startHub({ "allow-origin": origin.url }, { ada: "admin" });
    const resources = { repos: [REPO], plans: [{ id: "plan" }] };
    const peer = new SeedPeer({ url: hub.url, instanceId: "laptop", resources });
    boards.atEnd(() => peer.kill());
    for (let n = 0; n < OPERATIONS; n++) {
      peer.history.add(
        backup("plan", { status: n % 5 === 0 ? ERROR : SUCCESS, unixTimeStartMs: BigInt(Date.now() - n * 60_000) }),
      );
    }
    await letIn(hub, peer);
    await eventually(async () => {
      expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(OPERATIONS);
      expect((await callHub(hub).stateOf(peer.identity.keyid))?.knownPlans).toHaveLength(1);
    });
    const busy = setInterval(() => peer.history.add(backup("other", { status: SUCCESS })), 200);
    boards.atEnd(() => clearInterval(busy));
    const { page } = await open("/", { url: origin.url });
    await page.addScriptTag({ content: await bundled(PAGE) });
    const called = [hub.url, "ada", PASSWORD].map((text) => JSON.stringify(text)).join();
    const found = await page.evaluate<PageFindings>(`visit(${called})`);
    expect(found).toMatchObject({
      firstEvent: "keepAlive",
      instance: hub.directory.identity.instanceId,
      beforeLogin: "Unauthenticated",
      loginDisabled: false,
      clients: ["laptop"],
      peers: ["laptop"],
      logWords: expect.stringMatching(/\w+ .*log/),
      tokensBefore: 0,
      tokensAfter: 1,
    });
    expect(found.followedPeers).toContain("laptop");
    expect(found.cards).toContain("laptop: plan");
    expect(found.counts).toMatchObject({
      "row of a peer": 20,
      "row of a peer's repo": 20,
      "row of a peer's plan": 20,
      "row of an own plan": 0,
      "row of an own repo": 0,
      "a running plan": 1,
      "view of a peer's plan": OPERATIONS,
      "view after clearing two": OPERATIONS - 2,
    });
    expect(found.counts["view of a repo"]).toBeGreaterThanOrEqual(OPERATIONS);
    expect(found.refusals).toHaveLength(6);
    expect(found.createdLive).toBeGreaterThan(0);
    expect(found.deletedLive).toBeGreaterThanOrEqual(2);
  }, 60_000);
});
