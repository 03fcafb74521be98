import { beforeAll, describe, expect } from "@jest/globals";
import type { CDPSession } from "playwright-core";
import type { Board } from "../support/board.js";
import { useBoards } from "../support/boards.js";

const MACHINES = 1_000;
/** Of the page's own thread, in seconds of processor time: the clock would measure what else the machine does. */
const MOST_TO_OPEN = 1;
const MOST_FOR_A_FRAME = 0.033;

const boards = useBoards({
  people: { ada: "admin" },
  flags: { "max-connections-per-address": "4096", "log-level": "warn" },
});
const { it } = boards;
let board: Board;

beforeAll(async () => {
  await boards.connectFleet(MACHINES, 2);
  board = await boards.open();
}, 120_000);

async function cpuSeconds(debug: CDPSession): Promise<number> {
  const { metrics } = await debug.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

describe("the fleet of a thousand machines", () => {
  it("BRD19: is opened with less than a second's work, and scrolls from top to bottom", async () => {
    const { page, problems } = board;
    const debug = await board.context.newCDPSession(page);
    await debug.send("Performance.enable", { timeDomain: "threadTicks" });
    const before = await cpuSeconds(debug);
    await board.goto("/");
    await page.locator("tr.m .strip").first().waitFor();
    const opened = (await cpuSeconds(debug)) - before;
    expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe(`${2 * MACHINES + 1}`);
    expect(await page.locator("tr.m").count()).toBeLessThan(60);

    const from = await cpuSeconds(debug);
    const frames = await page.evaluate<number>(`new Promise((resolve) => {
      let frames = 0;
      const go = () => {
        frames += 1;
        scrollBy(0, 400);
        if (scrollY + innerHeight < document.documentElement.scrollHeight - 1) requestAnimationFrame(go);
        else resolve(frames);
      };
      go();
    })`);
    const each = ((await cpuSeconds(debug)) - from) / frames;
    process.stderr.write(
      `1,000 machines: ${Math.round(opened * 1_000)} ms of work to open, ${(each * 1_000).toFixed(1)} ms a frame over ${frames} frames\n`,
    );
    await page.locator(`tr[aria-rowindex="${2 * MACHINES + 1}"]`).waitFor();
    expect(await page.locator("tr.m").count()).toBeLessThan(60);
    expect(opened).toBeLessThan(MOST_TO_OPEN);
    expect(each).toBeLessThan(MOST_FOR_A_FRAME);
    expect(problems).toEqual([]);
  }, 60_000);

  it("BRD18, BRD19: rows that are not drawn are reached with the keyboard and by their names", async () => {
    const { page } = board;
    await board.goto("/?sort=machine");
    await page.locator("tr.m").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("End");
    const focused = () => page.evaluate<string>("document.activeElement.dataset.machine ?? ''");
    expect(await focused()).toBe("west-0998");
    // It stays where it is, drawn and with the focus, when the page is scrolled away from it.
    await page.evaluate("scrollTo(0, 0)");
    await page.locator('tr[aria-rowindex="2"]').waitFor();
    expect(await focused()).toBe("west-0998");
    await page.keyboard.press("ArrowUp");
    expect(await page.evaluate("document.activeElement.ariaRowIndex")).toBe(`${2 * MACHINES}`);
    await page.getByRole("searchbox", { name: "Filter machines" }).fill("sued-0777");
    await page.locator('tr[data-machine="sued-0777"]').first().waitFor();
    expect(await page.locator("tr.m").count()).toBe(2);
  }, 30_000);

  it("BRD11: groups who needs attention by cause, each of which opens and stands in the address", async () => {
    const { page } = board;
    await board.goto("/");
    const cause = page.locator(".att", { hasText: "rest-west.example:8000: connection refused" });
    await cause.getByRole("button", { name: /^Show them.*: 40 machines, Failing$/u }).click();
    await page.waitForURL(/cause=failing/u);
    expect(await page.locator(".att-in .att").count()).toBe(20);
    await page.getByRole("button", { name: "Show 20 more of 40" }).click();
    expect(await page.locator(".att-in .att").count()).toBe(40);
    expect(await board.accessibilityProblems()).toEqual([]);
  }, 30_000);
});
