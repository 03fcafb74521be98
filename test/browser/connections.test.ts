import { once } from "node:events";
import { request } from "node:http";
import { createClient } from "@connectrpc/connect";
import { describe, expect } from "@jest/globals";
import { ConnectionService } from "../../gen/hub/v1/connections_pb.js";
import { CurrentPeer, type CurrentPeerOptions } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { LIVE_MS, useBoards } from "../support/boards.js";
import { callHub, tokenTransport } from "../support/hub-calls.js";

const HOSTILE = '<img src=x onerror="document.title=1">Settings › Multihost `code` \u05d0\u05d1';
const LONGEST = "x".repeat(128);

const boards = useBoards({ people: { otto: "operator", vera: "viewer" } });
const { it, open, desk } = boards;

function peer(instanceId: string, options: Partial<CurrentPeerOptions> = {}): CurrentPeer {
  const made = new CurrentPeer({ url: boards.hub.url, instanceId, ...options });
  boards.atEnd(() => made.kill());
  return made;
}

async function knock(instanceId: string, options: Partial<CurrentPeerOptions> = {}): Promise<CurrentPeer> {
  const made = peer(instanceId, options);
  await made.connect().catch(() => {});
  return made;
}

describe("the page of connections", () => {
  it("BRD60: shows live who knocks, says what approving means, and shows the session that comes of it", async () => {
    const opened = await desk("/connections");
    const { page } = opened;
    await page.getByText("Nobody waits.").waitFor();
    await page.getByText("Nobody was refused.").waitFor();
    await page.getByText("No machine is connected.").waitFor();
    const kiosk = await knock("kiosk");
    const waiting = page.getByRole("region", { name: "Waiting for approval" });
    await waiting.getByText("kiosk: its key is unknown here.").waitFor({ timeout: LIVE_MS });
    await waiting.getByText(kiosk.identity.keyid).waitFor();
    await page.getByRole("button", { name: "Let it in … kiosk" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Let kiosk in?" });
    await dialog.getByText(kiosk.identity.keyid).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect((await callHub(boards.hub).peers.listPeers({})).peers).toEqual([]);
    await page.getByRole("button", { name: "Let it in … kiosk" }).click();
    await dialog.getByRole("button", { name: "Let it in" }).click();
    await waiting.getByText("Nobody waits.").waitFor();
    await kiosk.connect();
    const sessions = page.getByRole("region", { name: "Open sessions" });
    await sessions.getByRole("link", { name: "kiosk" }).waitFor();
    await sessions.getByText("encrypted").waitFor();
    // Its refusal is settled.
    await page.getByText("1 entry of machines that have been connected since").waitFor();
    expect(opened.problems).toEqual([]);
  });

  it("BRD60: shows both keys of who wants to replace one, and replaces it", async () => {
    const opened = await desk("/connections");
    const { page } = opened;
    const before = peer("nas");
    await callHub(boards.hub).peers.addPeer({ instanceId: "nas", keyid: before.identity.keyid });
    const after = await knock("nas");
    const entry = page.getByRole("listitem").filter({ hasText: "nas: it wants to replace the key" });
    await entry.getByText(before.identity.keyid).waitFor();
    await entry.getByText(after.identity.keyid).waitFor();
    await entry.getByRole("button", { name: "Replace the key … nas" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Give nas another key?" });
    await dialog.getByText("keeps its history, plans and verdicts").waitFor();
    expect(await opened.accessibilityProblems()).toEqual([]);
    await dialog.getByRole("button", { name: "Replace the key" }).click();
    await dialog.waitFor({ state: "hidden" });
    await after.connect();
  });

  it("BRD60: refuses who waits, who is then not listed again", async () => {
    const { page } = await desk("/connections");
    const stranger = await knock("stranger");
    await page.getByRole("button", { name: "Refuse … stranger" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Refuse it" }).click();
    await page.getByRole("alertdialog").waitFor({ state: "hidden" });
    await page.getByText("Nobody waits.").waitFor();
    await expect(stranger.connect()).rejects.toThrow();
    await page.getByText("stranger: its key is unknown here.").waitFor();
    expect((await callHub(boards.hub).peers.listPeers({})).knocks).toEqual([]);
  });

  it("BRD61: says why a machine is refused and what helps, and forgets it", async () => {
    const { page } = await desk("/connections");
    const late = new SeedPeer({ url: boards.hub.url, instanceId: "cellar-pi", now: () => Date.now() + 7_200_000 });
    await late.connect().catch(() => {});
    const entry = page.getByRole("listitem").filter({ hasText: "cellar-pi: its clock is 2 hours ahead." });
    await entry.waitFor({ timeout: LIVE_MS });
    await entry.getByText("Switch on time synchronisation there").waitFor();
    await callWrongPath();
    const wrong = page
      .getByRole("listitem")
      .filter({ hasText: "127.0.0.1: the address has its port behind the path." });
    await wrong.locator("code", { hasText: boards.hub.url }).waitFor();
    await entry.getByRole("button", { name: "Forget the entry of cellar-pi" }).click();
    await entry.waitFor({ state: "hidden", timeout: LIVE_MS });
    await page.getByRole("button", { name: "Forget all …" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Forget all" }).click();
    await page.getByText("Nobody was refused.").waitFor();
  });

  it("BRD62: is narrowed in its address, and nothing moves under the pointer", async () => {
    await forgetAll();
    for (const name of ["first", "second"]) await knock(name);
    const { page } = await desk("/connections?find=first");
    const refused = page.getByRole("region", { name: "Refused connections" });
    await refused.getByText("first: its key is unknown here.").waitFor();
    expect(await refused.getByText("second: ").count()).toBe(0);
    await page.getByRole("searchbox").fill("nothing like it");
    await page.waitForURL(/find=nothing/);
    await refused.getByRole("button", { name: "Show all" }).click();
    await refused.getByText("second: ").waitFor();
    await page.getByLabel("Cause").selectOption({ label: "unknown key (2)" });
    expect(page.url()).toContain("cause=unknown+key");
    await refused.getByText("second: ").hover();
    await knock("third");
    await refused.getByRole("button", { name: "1 new: show it" }).waitFor();
    expect(await refused.getByText("third: ").count()).toBe(0);
    await refused.getByRole("button", { name: "1 new: show it" }).click();
    await refused.getByText("third: ").waitFor();
  });

  it("BRD63: a name that somebody claims is text and nothing else, and breaks no page", async () => {
    for (const name of [HOSTILE, LONGEST]) await knock(name, { pairingSecret: "0".repeat(64) });
    for (const width of [1280, 390]) {
      const opened = await open("/connections", { width, theme: width === 390 ? "dark" : "light" });
      const { page } = opened;
      await page.locator("bdi").getByText(HOSTILE, { exact: true }).first().waitFor();
      await page.getByText(LONGEST).first().waitFor();
      expect(await page.title()).toBe("Connections · Backrest Hub");
      expect(await page.locator("main img, .cause .path, .cause code").count()).toBe(0);
      expect(await opened.sidewaysPixels()).toBe(0);
      expect(await opened.accessibilityProblems()).toEqual([]);
      await page.getByRole("button", { name: "Let it in …" }).first().click();
      await page.getByRole("alertdialog").waitFor();
      expect(await opened.sidewaysPixels()).toBe(0);
      expect(opened.problems).toEqual([]);
    }
  });

  it("BRD64: is used with the keyboard alone, and a viewer only looks", async () => {
    await knock("by-keyboard");
    const { page } = await desk("/");
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.getByRole("button", { name: "Refuse … by-keyboard" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").waitFor({ state: "hidden" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Refuse … by-keyboard");
    const viewer = await open("/connections", { user: "vera" });
    const button = viewer.page.getByRole("button", { name: "Let it in … by-keyboard" });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute("title")).toBe("Viewers may not do this.");
    expect(viewer.problems).toEqual([]);
  });
});

async function forgetAll(): Promise<void> {
  await createClient(ConnectionService, tokenTransport(boards.hub.url, boards.hub.token)).forgetRefused({ all: true });
}

/** As a Backrest does with an address that has its port behind its path. */
async function callWrongPath(): Promise<void> {
  const asked = request(`${boards.hub.url}/backrest:9898/v1sync.BackrestSyncService/Sync`, {
    method: "POST",
    headers: { "content-type": "application/grpc" },
  });
  asked.end();
  const [response] = await once(asked, "response");
  response.resume();
}
