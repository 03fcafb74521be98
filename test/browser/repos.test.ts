import { create } from "@bufbuild/protobuf";
import { afterEach, beforeAll, describe, expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { PushState } from "../../gen/hub/v1/pushes_pb.js";
import { PlanSchema } from "../../gen/v1/config_pb.js";
import { LIVE_MS, useBoards } from "../support/boards.js";
import { eventually } from "../support/hub-calls.js";
import { addPushPeer, type PushPeer, pushClient, READ, RECEIVE, repo, statesOf, WRITE } from "../support/push-peers.js";

const boards = useBoards({ people: { ada: "admin", vera: "viewer" } });
const { it, open, desk } = boards;
let laptop: PushPeer;
let nas: PushPeer;

beforeAll(async () => {
  laptop = await addPushPeer(boards.hub, "laptop", {
    generation: "current",
    grants: [READ, RECEIVE, WRITE],
    repos: [repo("own", { env: ["KEY=hush hush"] })],
    plans: [create(PlanSchema, { id: "home", repo: "own" })],
  });
  nas = await addPushPeer(boards.hub, "nas", { generation: "current", grants: [READ, RECEIVE] });
  for (const machine of [laptop, nas]) {
    boards.atEnd(() => machine.peer.kill());
    await machine.connect();
  }
  await eventually(async () => {
    const shown = await pushClient(boards.hub).previewSharedRepo({ repo: { id: "own" }, fromInstanceId: "laptop" });
    expect(shown.change).toBeDefined();
  });
});
afterEach(async () => {
  const { repos } = await pushClient(boards.hub).listSharedRepos({});
  for (const { repo: shared } of repos) await pushClient(boards.hub).removeSharedRepo({ id: shared?.id ?? "" });
});

describe("shared repos on the page", () => {
  it("BRD83, BRD85: a repo is copied from a machine with its secrets and shared with another that allows it", async () => {
    const opened = await desk("/repos");
    const { page } = opened;
    await page.getByText("No repo is shared yet.").waitFor();
    await button(page, /^Add a repo/).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Machine and repo").selectOption("laptop/own");
    await sheet.getByRole("button", { name: "Show what it does" }).click();
    await sheet.getByText("It is shared with no machine: nothing is sent.").waitFor();
    expect(await sheet.textContent()).not.toMatch(/hush|password of/);
    await sheet.getByRole("button", { name: "Add repo" }).click();

    await page.waitForURL("**/repos/own?do=share");
    await sheet.getByLabel("nas").check();
    await sheet.getByRole("button", { name: "Show what is sent" }).click();
    await sheet.getByText("Not sent to nas yet").waitFor();
    const { instanceId } = boards.hub.directory.identity;
    await sheet.locator(".path").first().waitFor();
    expect(await sheet.locator(".path").allTextContents()).toEqual([
      `Settings › Multihost › Known Hosts › ${instanceId} › Add Permission`,
    ]);
    await sheet.getByLabel(/^It is granted/).check();
    await sheet.getByText("Goes to 1 machine.").waitFor();
    await sheet.getByRole("button", { name: "Share with 1 machine" }).click();
    await cell(page, "own on each machine", "nas", "Applied").waitFor();
    expect(nas.settings.repos).toMatchObject([{ id: "own", password: "password of own", env: ["KEY=hush hush"] }]);
    expect(opened.problems).toEqual([]);
  });

  it("BRD82, BRD83: a change shows its difference first; a masked secret stays; each machine says what it came to", async () => {
    await putShared("vault", ["nas"]);
    const opened = await desk("/repos/vault");
    const { page } = opened;
    await button(page, "Change …").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Address").fill("/srv/elsewhere");
    await sheet.getByLabel("Flags").fill("--verbose");
    await sheet.getByRole("button", { name: "Show difference" }).click();
    const difference = sheet.getByRole("group", { name: "What changes of vault" });
    await difference.waitFor();
    expect(await difference.locator(".del").allTextContents()).toEqual(["removeduri: /srv/vault"]);
    expect(await difference.locator(".add").allTextContents()).toEqual([
      "addeduri: /srv/elsewhere",
      "addedflags: --verbose",
    ]);
    await sheet.getByText("Backups will start anew in an empty repo").waitFor();
    // Nothing was sent by looking.
    expect(nas.settings.repos.find(({ id }) => id === "vault")?.uri).toBe("/srv/vault");
    await sheet.getByRole("button", { name: "Back" }).click();
    await sheet.getByLabel("Password").fill("another one");
    await sheet.getByRole("button", { name: "Show difference" }).click();
    await difference.locator(".chg").first().waitFor();
    expect(await difference.locator(".chg").allTextContents()).toEqual(["changedpassword: masked, changed"]);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await sheet.getByRole("button", { name: "Send to 1 machine" }).click();
    await eventually(() =>
      expect(nas.settings.repos.find(({ id }) => id === "vault")).toMatchObject({
        uri: "/srv/elsewhere",
        password: "another one",
        flags: ["--verbose"],
      }),
    );
    await cell(page, "vault on each machine", "nas", "Applied").waitFor();
    expect(opened.problems).toEqual([]);
  });

  it("BRD81: what becomes of a change shows within a second; changes are found by machine and state", async () => {
    await putShared("live", []);
    const opened = await desk("/repos");
    const { page } = opened;
    await page.getByRole("table", { name: "Changes" }).waitFor();
    const before = await page.getByRole("table", { name: "Changes" }).getByText("repo live").count();
    await pushClient(boards.hub).shareRepo({ repoId: "live", instanceId: "nas", granted: true });
    await eventually(async () => expect((await statesOf(boards.hub, "nas")).at(-1)).toBe(PushState.APPLIED));
    await page.getByRole("table", { name: "Changes" }).getByText("repo live").nth(before).waitFor({ timeout: LIVE_MS });
    await page.getByLabel("State").selectOption("refused");
    await page.waitForURL("**/repos?state=refused");
    await page.getByText("No change is like that.").waitFor();
    await page.reload();
    await button(page, "Show all changes").click();
    await page.getByRole("table", { name: "Changes" }).waitFor();
  });

  it("BRD85: unsharing and removing say that the machine keeps it", async () => {
    await putShared("kept", ["nas"]);
    const { page } = await desk("/repos/kept");
    await button(page, "More for nas").click();
    await page.getByRole("menuitem", { name: "Unshare nas …" }).click();
    const asked = page.getByRole("alertdialog");
    await asked.getByText("nas keeps the repo").waitFor();
    await asked.getByRole("button", { name: "Unshare nas" }).click();
    await page.getByText("No machine has it from this hub yet.").waitFor();
    await button(page, "Remove …").click();
    await asked.getByRole("button", { name: "Remove kept" }).click();
    await page.waitForURL("**/repos");
    expect(nas.settings.repos.map(({ id }) => id)).toContain("kept");
  });

  it("BRD84: a plan of one machine is changed by hand, its difference first, once somebody says that it is granted", async () => {
    const { page } = await desk("/repos?do=machine");
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Machine", { exact: true }).selectOption("laptop");
    await sheet.getByLabel("Plan or repo", { exact: true }).selectOption("plan home");
    await sheet.getByLabel(/config.json$/).fill(JSON.stringify({ id: "home", repo: "own", paths: ["/home"] }));
    await sheet.getByRole("button", { name: "Show difference" }).click();
    await sheet.locator(".diff .add").first().waitFor();
    expect(await sheet.locator(".diff .add").allTextContents()).toEqual(["addedpaths: /home"]);
    await sheet.getByText("Edit Repo Configuration").waitFor();
    await sheet.getByRole("button", { name: "Send to laptop" }).click();
    await sheet.getByRole("alert").getByText("Nobody has said whether").waitFor();
    await sheet.getByLabel(/^It is granted/).check();
    await sheet.getByRole("button", { name: "Send to laptop" }).click();
    await eventually(() => expect(laptop.settings.plans).toMatchObject([{ paths: ["/home"] }]));
    await page.getByRole("table", { name: "Changes" }).getByText("plan home").waitFor();
    expect(await statesOf(boards.hub, "laptop")).toContain(PushState.APPLIED);
  });

  it("BRD86: who may only look changes nothing, with the keyboard alone, on a phone, in the dark", async () => {
    await putShared("seen", ["nas"]);
    const opened = await open("/repos", { user: "vera", width: 390, height: 844, theme: "dark" });
    const { page } = opened;
    await page.getByRole("navigation", { name: "Shared repos" }).getByRole("link", { name: /^seen/ }).press("Enter");
    await page.waitForURL("**/repos/seen");
    await cell(page, "seen on each machine", "nas", "Applied").waitFor();
    expect(await button(page, "Change …").getAttribute("aria-disabled")).toBe("true");
    await button(page, "Change …").press("Enter");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await button(page, /^More for/).count()).toBe(0);
    expect(await opened.sidewaysPixels()).toBe(0);
    expect(await opened.accessibilityProblems()).toEqual([]);
    expect(opened.problems).toEqual([]);
  });
});

/** A repo that the hub shares, in place on these machines. */
async function putShared(id: string, instanceIds: readonly string[]): Promise<void> {
  const pushes = pushClient(boards.hub);
  await pushes.putSharedRepo({ repo: repo(id) });
  for (const instanceId of instanceIds) {
    await pushes.shareRepo({ repoId: id, instanceId, granted: true });
    await eventually(async () => expect((await statesOf(boards.hub, instanceId)).at(-1)).toBe(PushState.APPLIED));
  }
}

function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole("button", { name });
}

/** A state of a machine in a table. */
function cell(page: Page, table: string, machine: string, state: string): Locator {
  return page.getByRole("table", { name: table }).getByRole("row", { name: machine }).getByText(state, { exact: true });
}
