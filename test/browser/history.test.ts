import { beforeAll, describe, expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import type { OperationStatus } from "../../gen/v1/operations_pb.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { LIVE_MS, useBoards } from "../support/boards.js";
import { letIn } from "../support/board-fleet.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { shown } from "../support/log-peers.js";
import { backup, ERROR, hook, SUCCESS } from "../support/sample-operations.js";

const HOUR_MS = 3_600_000;
const LOCKED = 'command "restic backup" failed: exit status 1: repository is already locked by PID 4180';
const HOSTILE = `<img src=x onerror="document.title='taken'"> \u202Egnorw\u202C ${"very long ".repeat(100_000)}`;

const boards = useBoards({ people: { ada: "admin", vera: "viewer" } });
const { it, open, desk } = boards;
/** Sends its logs. */
let nas: SeedPeer;
/** Sends none, as every Backrest that is released. */
let laptop: SeedPeer;

beforeAll(async () => {
  const readLog = () => ({ content: Buffer.from("line 1\nthe cause\n") });
  nas = machine("nas", { capabilities: ["logs", "throttle"], readLog });
  laptop = machine("laptop");
  for (let n = 260; n > 0; n--) add(laptop, n, SUCCESS, "daily");
  const failed = add(nas, 30, ERROR, "photos", { displayMessage: LOCKED, logref: "log-30" });
  nas.history.add({ ...hook(failed.id, "photos"), status: SUCCESS, flowId: failed.flowId });
  add(nas, 6, ERROR, "photos", { displayMessage: LOCKED, logref: "log-6" });
  add(laptop, 2, ERROR, "mail", { displayMessage: HOSTILE, logref: "log-2" });
  laptop.history.add(backup("daily", { unixTimeStartMs: BigInt(Date.now() + 30 * HOUR_MS) }));
  for (const peer of [nas, laptop]) await letIn(boards.hub, peer);
  await eventually(async () => expect((await callHub(boards.hub).hub.getStatus({})).operationCount).toBe(265n));
});

function machine(instanceId: string, options: Partial<SeedPeerOptions> = {}): SeedPeer {
  const sendQueue = { items: 10_000, patienceMs: 5_000 };
  const peer = new SeedPeer({ url: boards.hub.url, instanceId, sendQueue, ...options });
  boards.atEnd(() => peer.kill());
  return peer;
}

function add(peer: SeedPeer, hoursAgo: number, status: OperationStatus, planId: string, change = {}) {
  const startMs = BigInt(Date.now() - hoursAgo * HOUR_MS);
  return peer.history.add(
    backup(planId, { status, unixTimeStartMs: startMs, unixTimeEndMs: startMs + 31_000n, ...change }),
  );
}

function rowsOf(page: Page) {
  return page.locator("tr.op");
}

function detailOf(page: Page) {
  return page.locator("#detail");
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement.textContent");
}

describe("the history page", () => {
  it("BRD120: shows what happened on all machines, filters it by its address, and the whole of one", async () => {
    const opened = await desk("/history");
    const { page, problems } = opened;
    await rowsOf(page).nth(99).waitFor();
    expect(await page.locator("tr.day").first().textContent()).toMatch(/^(?:Today|Yesterday), /);
    expect(await rowsOf(page).filter({ hasText: "Planned" }).count()).toBe(0);
    expect(await rowsOf(page).filter({ hasText: "Hook" }).count()).toBe(0);
    await page.getByLabel("Machine", { exact: true }).selectOption("nas");
    await page.getByLabel("Result").selectOption("failed");
    await page.waitForURL("**/history?machine=nas&result=failed");
    await page.getByText("2 operations, and none older.").waitFor();
    expect(await rowsOf(page).first().textContent()).toContain("repository is already locked by PID 4180");
    expect(await opened.accessibilityProblems()).toEqual([]);
    await rowsOf(page).nth(1).click();
    const detail = detailOf(page);
    await detail.getByRole("heading", { name: "Backup failed" }).waitFor();
    await detail.getByText(LOCKED).waitFor();
    await detail.getByText("the cause").waitFor();
    await detail.getByRole("button", { name: "Hook" }).waitFor();
    expect(await opened.accessibilityProblems()).toEqual([]);
    await page.reload();
    await detailOf(page).getByRole("heading", { name: "Backup failed" }).waitFor();
    await detailOf(page).getByRole("button", { name: "Hook" }).click();
    await detailOf(page).getByRole("heading", { name: "Hook", exact: true }).waitFor();
    await page.goBack();
    await detailOf(page).getByText("none was made").waitFor();
    expect(problems).toEqual([]);
  });

  it("BRD120: says how often an error was seen, and shows the last good one only where somebody asks", async () => {
    const { page } = await desk("/history?machine=nas&result=failed");
    await rowsOf(page).first().click();
    await detailOf(page)
      .getByText(/the 2nd time since/)
      .waitFor();
    await detailOf(page).getByText("Last good one, for comparison").click();
    await detailOf(page).getByText("None has gone well before.").waitFor();
  });

  it("BRD121: a log that stays on its machine is said to, and where to read it", async () => {
    const { page } = await desk("/history?machine=laptop&result=failed");
    await rowsOf(page).first().click();
    await detailOf(page)
      .getByText(/The log stays on the machine/)
      .waitFor();
    expect(await detailOf(page).textContent()).toContain("Plans › mail › List View");
    expect(await detailOf(page).textContent()).toContain("sends no logs");
  });

  it("BRD122: names the filter that nothing matches, and lifts it", async () => {
    const { page, problems } = await desk("/history?plan=gone&result=warning&machine=nas");
    await page.getByRole("heading", { name: "No operation matches machine nas, plan gone, result Warning" }).waitFor();
    await page.getByRole("button", { name: "Without plan gone" }).click();
    await page.getByRole("heading", { name: "No operation matches machine nas, result Warning" }).waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await rowsOf(page).first().waitFor();
    expect(page.url()).toMatch(/\/history$/);
    expect(problems).toEqual([]);
  });

  it("BRD122: what is planned is shown by itself, the next first", async () => {
    const { page } = await desk("/history?result=planned");
    await page.getByText("1 planned operation, the next first.").waitFor();
    await rowsOf(page).first().click();
    await detailOf(page).getByRole("heading", { name: "Backup planned" }).waitFor();
  });

  it("BRD123: rows change in place within a second; at the top of the list what is new is there at once", async () => {
    const unixTimeStartMs = BigInt(Date.now() - 60_000);
    const runs = backup("live", { op: { case: "operationBackup", value: progress(0.25) }, unixTimeStartMs });
    const { id } = nas.history.start(runs);
    await shown(boards.hub, nas, id);
    const { page, problems } = await desk("/history?machine=nas");
    const row = rowsOf(page).filter({ hasText: "live to repo" });
    await row.getByText("25 %").waitFor();
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    nas.history.start({ ...runs, planId: "newer" });
    await rowsOf(page).first().getByText("newer to repo").waitFor({ timeout: LIVE_MS });
    nas.history.update(id, { op: { case: "operationBackup", value: progress(0.75) } });
    await row.getByText("75 %").waitFor({ timeout: LIVE_MS });
    await row.click();
    await detailOf(page).getByRole("progressbar").waitFor();
    const figures = detailOf(page).getByText("2 TiB of 2.7 TiB, 4,227,858 of 5,637,144 files");
    expect(await rightOf(figures)).toBeLessThan(await rightOf(detailOf(page)));
    nas.history.finish(id, ERROR, { displayMessage: "no space left" });
    await row.getByText("Failed").waitFor({ timeout: LIVE_MS });
    await detailOf(page).getByRole("heading", { name: "Backup failed" }).waitFor();
    nas.history.delete(id);
    await row.waitFor({ state: "detached", timeout: LIVE_MS });
    await detailOf(page).getByText("This operation is not here any more").waitFor();
    expect(problems).toEqual([]);
  });

  it("BRD124: what is new does not push what is being read", async () => {
    const { page } = await desk("/history");
    await rowsOf(page).nth(99).waitFor();
    await page.mouse.move(640, 500);
    await page.mouse.wheel(0, 1_200);
    await eventually(async () => expect(await page.evaluate("scrollY")).toBeGreaterThan(1_000));
    const read = rowsOf(page).nth(40);
    const name = await read.getAttribute("data-index");
    const place = await read.boundingBox();
    for (let n = 0; n < 3; n++) add(nas, 0, SUCCESS, `new-${n}`);
    const pill = page.getByRole("button", { name: "3 new operations: show them" });
    await pill.waitFor();
    expect(await read.getAttribute("data-index")).toBe(name);
    expect(await read.boundingBox()).toEqual(place);
    await pill.click();
    await rowsOf(page).filter({ hasText: "new-2" }).waitFor();
    await pill.waitFor({ state: "detached" });
    expect(await page.evaluate("scrollY")).toBe(0);
  });

  it("BRD124: older ones are read while somebody scrolls, and only what is in sight is drawn", async () => {
    const { page, problems } = await desk("/history?machine=laptop");
    await rowsOf(page).nth(99).waitFor();
    await eventually(async () => {
      await page.evaluate("scrollTo(0, document.body.scrollHeight)");
      expect(await page.getByText("261 operations, and none older.").count()).toBe(1);
    });
    expect(await rowsOf(page).count()).toBeLessThan(150);
    expect(problems).toEqual([]);
  });

  it("BRD125: is used with the keyboard alone", async () => {
    const { page } = await desk("/history?machine=nas&result=failed");
    await rowsOf(page).nth(1).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await focusedText(page)).toContain("photos to repo");
    await page.keyboard.press("Enter");
    await page.waitForURL(/operation=/);
    const first = page.url();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.keyboard.press("c");
    await detailOf(page).getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(LOCKED);
    await page.keyboard.press("j");
    await page.waitForURL((url) => url.href !== first);
    await page.keyboard.press("Escape");
    await detailOf(page).waitFor({ state: "detached" });
    expect(page.url()).toMatch(/result=failed$/);
    expect(await focusedText(page)).toContain("photos to repo");
  });

  it("BRD126: texts of machines neither steer nor break it", async () => {
    const opened = await desk("/history?plan=mail");
    const { page, problems } = opened;
    await rowsOf(page).first().click();
    await detailOf(page).getByText("<img src=x").waitFor();
    expect(await detailOf(page).locator("img").count()).toBe(0);
    expect(await detailOf(page).textContent()).toContain("[U+202E]gnorw");
    await detailOf(page)
      .getByRole("button", { name: /Show more of the error/ })
      .click();
    await detailOf(page)
      .getByText(/“Copy” takes all of it/)
      .waitFor();
    expect(await page.title()).toBe("History · Backrest Hub");
    expect(await opened.sidewaysPixels()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("BRD127: clears an operation after saying what becomes of it; viewers are not offered it", async () => {
    add(nas, 1, SUCCESS, "to-clear");
    const { page } = await desk("/history?plan=to-clear");
    await rowsOf(page).first().click();
    await detailOf(page).getByRole("button", { name: "Clear from history …" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText(/its snapshots stay as they are/).waitFor();
    await dialog.getByRole("button", { name: "Clear from history" }).click();
    await page.getByRole("heading", { name: "No operation matches plan to-clear" }).waitFor();
    const viewer = await open("/history?plan=mail", { user: "vera" });
    await rowsOf(viewer.page).first().click();
    await detailOf(viewer.page).getByRole("heading", { name: "Backup failed" }).waitFor();
    expect(await viewer.page.getByRole("button", { name: /Clear/ }).count()).toBe(0);
  });

  it("BRD128: on a phone the detail is a sheet, which the browser's back closes; dark and without findings", async () => {
    const phone = await open("/history?machine=nas", { width: 390, height: 844, theme: "dark" });
    const { page } = phone;
    await rowsOf(page).nth(1).waitFor();
    expect(await phone.sidewaysPixels()).toBe(0);
    expect(await phone.accessibilityProblems()).toEqual([]);
    await rowsOf(page).filter({ hasText: "Failed" }).first().click();
    const sheet = page.getByRole("dialog", { name: "Backup failed" });
    await sheet.getByText(LOCKED).waitFor();
    expect(await phone.sidewaysPixels()).toBe(0);
    expect(await phone.accessibilityProblems()).toEqual([]);
    await page.goBack();
    await sheet.waitFor({ state: "detached" });
    expect(phone.problems).toEqual([]);
  });
});

/** Of a large backup: its figures take room. */
function progress(percentDone: number) {
  const [totalBytes, totalFiles] = [3_000_000_000_000n, 5_637_144n];
  const part = (of: bigint) => BigInt(Math.floor(Number(of) * percentDone));
  const value = { percentDone, bytesDone: part(totalBytes), totalBytes, filesDone: part(totalFiles), totalFiles };
  return { lastStatus: { entry: { case: "status", value } } } as const;
}

/** Where something ends, in pixels from the left. */
async function rightOf(what: Locator): Promise<number> {
  const box = await what.boundingBox();
  if (box === null) throw new Error("it is not shown");
  return box.x + box.width;
}
