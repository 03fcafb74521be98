import { fileURLToPath } from "node:url";
import { afterEach, describe, expect } from "@jest/globals";
import { Role } from "../../gen/hub/v1/access_pb.js";
import { adminOf } from "../support/callers.js";
import { emptyOrigin, inChromium, testInChromium } from "../support/chromium.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { HubWithPeers } from "../support/hub-with-peers.js";
import { backup, ERROR, SUCCESS } from "../support/sample-operations.js";
import type { PageFindings } from "./page.js";

const PAGE = fileURLToPath(new URL("./page.js", import.meta.url));
const REPO = { id: "repo", guid: "a".repeat(64) };
const OPERATIONS = 30;
const PASSWORD = "correct horse battery";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("a Connect web client in a Chromium", () => {
  testInChromium()(
    "WEB1: makes the calls of Backrest's own page, in their order and with their arguments",
    async () => {
      const origin = await emptyOrigin();
      open.push(origin);
      const hubWithPeers = await HubWithPeers.start({ "allow-origin": origin.url });
      open.push(hubWithPeers);
      const { hub, addPeer } = hubWithPeers;
      await adminOf(hub).addUser({ name: "ada", role: Role.ADMIN, password: PASSWORD });
      const peer = await addPeer("laptop");
      peer.resources = { repos: [REPO], plans: [{ id: "plan" }] };
      for (let n = 0; n < OPERATIONS; n++) {
        peer.history.add(
          backup("plan", { status: n % 5 === 0 ? ERROR : SUCCESS, unixTimeStartMs: BigInt(Date.now() - n * 60_000) }),
        );
      }
      await peer.connect();
      await eventually(async () => {
        expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(OPERATIONS);
        expect((await callHub(hub).stateOf(peer.identity.keyid))?.knownPlans).toHaveLength(1);
      });
      const busy = setInterval(() => peer.history.add(backup("other", { status: SUCCESS })), 200);
      open.push({ close: async () => clearInterval(busy) });
      const found = await inChromium(origin.url, PAGE, (page) =>
        page.evaluate<PageFindings>(`visit(${[hub.url, "ada", PASSWORD].map((text) => JSON.stringify(text)).join()})`),
      );
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
    },
    60_000,
  );
});
