import { beforeAll, describe, expect } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import type { Board } from "../support/board.js";
import { LIVE_MS, type OpenOptions, useBoards } from "../support/boards.js";
import type { BoardMachine } from "../support/board-fleet.js";

const MACHINES = 24;

const boards = useBoards({ people: { ada: "admin", vic: "viewer" } });
const { it } = boards;
let machines: readonly BoardMachine[] = [];

beforeAll(async () => {
  machines = await boards.connectFleet(MACHINES, 10);
}, 60_000);

async function board(path = "/", options?: OpenOptions): Promise<Board> {
  const opened = await (options === undefined ? boards.desk(path) : boards.open(path, options));
  await opened.page.locator("tr.m, .map path, .empty").first().waitFor();
  return opened;
}

function machine(n: number): BoardMachine {
  const found = machines[n];
  if (found === undefined) throw new Error(`there is no machine ${n}`);
  return found;
}

const rowOf = ({ page }: Board, instanceId: string, plan = "home") =>
  page.locator(`tr[data-machine="${instanceId}"]`, { hasText: plan });

describe("the fleet", () => {
  it("BRD10, BRD11, BRD13: says who needs attention, since when, what to do, and how everybody is", async () => {
    const shown = await board();
    const { page, problems } = shown;
    await page.getByRole("heading", { level: 1, name: "5 machines need attention" }).waitFor();
    expect(await page.locator(".lead").textContent()).toBe(
      "40 of 48 plans have a good backup in time. 1 is late but within its grace, 1 is paused.",
    );
    expect(await page.locator(".tile").allTextContents()).toEqual([
      "48All plans",
      "2Failing",
      "1Overdue",
      "1Never",
      "2Unknown",
      "1Late",
      "1Paused",
      "40OK",
    ]);
    const who = await page.locator(".att .who").allTextContents();
    expect(who).toEqual([
      "lager-0007homeOverdue",
      "lager-0003homeFailing",
      "sued-0001homeFailing",
      "lager-0019homeNever",
      "lager-0011home, systemUnknown",
    ]);
    expect(await page.locator(".att .gap b").first().textContent()).toBe("3 d");
    const run = page.locator('.att[data-machine="lager-0003"]').getByRole("link", { name: "Open last run" });
    expect(await run.getAttribute("href")).toMatch(/\/history\?machine=lager-0003&plan=home&operation=\d+$/u);
    expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("49");
    await rowOf(shown, "lager-0003").getByText("Failing").waitFor();
    await rowOf(shown, "lager-0003")
      .getByRole("img", { name: /^90 days: \d+ good/u })
      .waitFor();
    expect(problems).toEqual([]);
  });

  it("BRD10, BRD14: filters by tile, key, words and presence, and says so in the address", async () => {
    const { page } = await board();
    await page.keyboard.press("2");
    await page.waitForURL("**/?verdict=failing");
    expect(await page.locator(".tile[aria-pressed=true]").textContent()).toBe("2Failing");
    expect(await page.locator("tr.m").count()).toBe(2);
    expect(await page.locator(".att").count()).toBe(2);
    await page.reload();
    await page.locator("tr.m").first().waitFor();
    expect(await page.locator("tr.m").count()).toBe(2);
    await page.getByRole("searchbox", { name: "Filter machines" }).fill("nowhere");
    await page.getByText("No machine matches “nowhere”, Failing").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.waitForURL((url) => url.search === "");
    await page.getByRole("combobox", { name: "Group by" }).selectOption("verdict");
    await page.waitForURL("**/?group=verdict");
    expect(await page.locator("tr.grp").first().textContent()).toBe("Failing 2 machines, 2 plans");
  });

  it("BRD18: is one tab stop whose every row is reached with the keyboard, and opened", async () => {
    const { page } = await board();
    const at = () => page.evaluate<string>("document.activeElement.closest('tr')?.ariaRowIndex ?? ''");
    await page.keyboard.press("j");
    expect(await at()).toBe("2");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    expect(await at()).toBe("4");
    await page.keyboard.press("k");
    expect(await at()).toBe("3");
    await page.keyboard.press("End");
    expect(await at()).toBe("49");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    expect(await page.evaluate("document.activeElement.dataset.sort")).toBe("verdict");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/?sort=machine");
    await page.keyboard.press("ArrowDown");
    const stops = await page.evaluate("document.querySelectorAll('.fleet [tabindex=\"0\"]').length");
    expect(stops).toBe(1);
    await page.keyboard.press("Tab");
    expect(await at()).toBe("");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/machines/lager-0003");
  });

  it("BRD11, BRD18: z snoozes, which says until when and can be taken back", async () => {
    const { page } = await board();
    await page.locator('tr[data-machine="lager-0007"]').first().focus();
    await page.keyboard.press("z");
    await page
      .getByRole("dialog", { name: "Snooze lager-0007" })
      .getByRole("button", { name: /^3 days/u })
      .click();
    await page.getByRole("heading", { level: 1, name: "4 machines need attention" }).waitFor();
    expect(await page.locator('.att[data-machine="lager-0007"]').count()).toBe(0);
    await page
      .locator('tr[data-machine="lager-0007"]')
      .first()
      .getByText(/^snoozed until \w+$/u)
      .waitFor();
    await page.getByText("1 machine snoozed", { exact: true }).click();
    await page.getByText(/^snoozed until \w{3}, 08:00$/u).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { level: 1, name: "5 machines need attention" }).waitFor();
  });

  it("BRD11: who may only look is offered nothing that changes anything", async () => {
    const { page } = await board("/", { user: "vic" });
    await page.getByRole("button", { name: "More for lager-0003" }).click();
    await page.getByRole("menuitem", { name: "Its history" }).waitFor();
    expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Open", "Its history"]);
  });

  it("BRD12, BRD16: a machine that is refused says so, and leads to the cause", async () => {
    const { peer } = machine(20);
    peer.kill();
    const { instanceId, identity } = peer;
    const wrong = new SeedPeer({ instanceId, identity, url: boards.hub.url, now: () => Date.now() + 3_600_000 });
    await expect(wrong.connect()).rejects.toThrow();
    const shown = await board(`/?find=${peer.instanceId}`);
    await rowOf(shown, peer.instanceId).getByText("refused", { exact: true }).waitFor();
    const note = shown.page.locator(".note.v-refused");
    await note.getByText(`${peer.instanceId} is refused`).waitFor();
    await note.getByRole("link", { name: "See cause and cure" }).click();
    await shown.page.waitForURL(`**/connections?find=${peer.instanceId}`);
    wrong.kill();
    await peer.connect({ newConnection: true });
  });

  it("BRD17, BRD22: a backup is on the page within a second, and nothing else is drawn anew", async () => {
    const shown = await board("/?find=west");
    const { page } = shown;
    const row = rowOf(shown, "west-0002");
    await row.getByRole("img", { name: /^90 days/u }).waitFor();
    await page.evaluate(`
      window.touched = new Set();
      new MutationObserver((all) => {
        for (const { target } of all) {
          const row = (target.nodeType === 1 ? target : target.parentElement).closest("tr[data-machine]");
          if (row !== null) window.touched.add(row.dataset.machine);
        }
      }).observe(document.querySelector(".fleet"), { subtree: true, childList: true, characterData: true, attributes: true });
    `);
    const from = performance.now();
    const id = machine(2).run("home", 0.25);
    await row.getByText("25 %").waitFor({ timeout: LIVE_MS });
    expect(performance.now() - from).toBeLessThan(LIVE_MS);
    await page.locator(".run", { hasText: "west-0002" }).getByText("16.5 GiB of 66 GiB").waitFor();
    await row.getByRole("img", { name: /one runs now/u }).waitFor();
    machine(2).finish(id);
    await row.getByText("just now").waitFor({ timeout: LIVE_MS });
    await row.getByRole("img", { name: /^90 days: \d+ good$|^90 days: \d+ good, (?!.*one runs now)/u }).waitFor();
    const touched = await page.evaluate<string[]>("[...window.touched]");
    expect(touched).toEqual(["west-0002"]);
  });

  it.each([
    [1280, "light"],
    [390, "dark"],
    [1920, "dark"],
  ] as const)("BRD14: %s wide and %s it has no findings and is not wider than its window", async (width, theme) => {
    const shown = await board("/", { width, theme, height: 844 });
    for (const path of ["/", "/?view=dense&group=repo", "/?view=map", "/?find=nowhere", "/?attention=cause"]) {
      await shown.goto(path);
      await shown.page.locator("tr.m, .map path, .empty").first().waitFor();
      expect([path, await shown.accessibilityProblems()]).toEqual([path, []]);
      expect([path, await shown.sidewaysPixels()]).toEqual([path, 0]);
    }
    expect(shown.problems).toEqual([]);
  });

  it("BRD18: the map is one tab stop whose machines are reached with arrow keys", async () => {
    const { page } = await board("/?view=map");
    const map = page.getByRole("listbox", { name: "Map of machines" });
    await map.focus();
    expect(await map.getByRole("option").textContent()).toMatch(/^lager-0003, Failing, connected$/u);
    await page.keyboard.press("ArrowRight");
    expect(await map.getByRole("option").textContent()).toMatch(/^sued-0001, Failing/u);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/machines/sued-0001");
  });
});
