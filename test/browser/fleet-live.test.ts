import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect } from "@jest/globals";
import type { Browser } from "playwright-core";
import { Board, startChromium } from "../support/board.js";
import { BoardMachine, connectFleet, letIn } from "../support/board-fleet.js";
import { addUser, bearer, PASSWORD } from "../support/callers.js";
import { testInChromium } from "../support/chromium.js";
import { eventually } from "../support/hub-calls.js";
import { startHubProcess } from "../support/hub-process.js";
import { prefixProxy } from "../support/prefix-proxy.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const it = testInChromium();
const DAY_MS = 86_400_000;
const MOST_BYTES = 250_000;

let browser: Browser;
const open: (() => Promise<unknown> | void)[] = [];
beforeAll(async () => {
  browser = await startChromium();
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => browser.close());

async function start(): Promise<TestHub> {
  const hub = await startTestHub();
  open.push(() => hub.close());
  await addUser(hub, "ada", "admin");
  return hub;
}

async function board(url: string): Promise<Board> {
  const opened = await Board.open(browser, { url, user: "ada", password: PASSWORD });
  open.push(() => opened.close());
  return opened;
}

async function machinesOf(hub: TestHub, machines: number): Promise<readonly BoardMachine[]> {
  const all = await connectFleet(hub, machines, 3);
  open.push(() => all.forEach(({ peer }) => peer.kill()));
  return all;
}

describe("the fleet, live", () => {
  it("BRD20: a hub that stops and comes back is told of, nothing is changed meanwhile, and the page heals", async () => {
    const hub = await startHubProcess();
    open.push(() => hub.dispose());
    await addUser(hub, "ada", "admin");
    const machine = new BoardMachine(3, hub, 5);
    open.push(() => machine.peer.kill());
    await letIn(hub, machine.peer);
    const { page } = await board(hub.url);
    await page.getByRole("heading", { level: 1, name: "1 machine needs attention" }).waitFor();
    await page.evaluate("window.kept = true");
    // Parts that are loaded when somebody reaches for them: this one is there when the hub goes, History is not.
    const more = page.getByRole("button", { name: "More for lager-0003" });
    await Promise.all([page.waitForResponse(/menu-popup/u), more.hover()]);
    hub.kill("SIGTERM");
    await hub.ended;
    const from = performance.now();
    const banner = page.getByText("No connection to the hub since");
    await banner.waitFor();
    expect(performance.now() - from).toBeGreaterThan(2_000);
    expect(performance.now() - from).toBeLessThan(6_000);
    // Each of the three lists says from when it is.
    await page
      .getByText(/^as of \d\d:\d\d$/u)
      .nth(2)
      .waitFor();
    expect(await page.locator("tr.m time").first().textContent()).toMatch(/\d\d:\d\d$/u);
    await more.click();
    const snooze = page.getByRole("menuitem", { name: "Snooze …" });
    expect(await snooze.getAttribute("aria-disabled")).toBe("true");
    await page.keyboard.press("Escape");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "History" }).click();
    await page.getByText("This page could not be loaded").waitFor();
    await banner.waitFor();

    const again = await hub.again();
    open.push(() => again.dispose());
    await eventually(() => machine.peer.connect({ newConnection: true }), 10_000);
    machine.run("home", 0.42);
    await banner.waitFor({ state: "hidden" });
    await page.getByRole("heading", { level: 1, name: "History" }).waitFor();
    await page.goBack();
    await page.locator("tr.m").getByText("42 %").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.locator("tr.m time").first().textContent()).toMatch(/ago$/u);
    expect(await page.evaluate("window.kept")).toBe(true);
  }, 40_000);

  it("BRD4, HV67: a hub that was killed and starts anew says who has yet to come back, until they are there", async () => {
    const hub = await startHubProcess();
    open.push(() => hub.dispose());
    await addUser(hub, "ada", "admin");
    const [one, other] = [new BoardMachine(2, hub, 5), new BoardMachine(4, hub, 5)];
    open.push(() => [one, other].forEach(({ peer }) => peer.kill()));
    for (const { peer } of [one, other]) await letIn(hub, peer);
    const { page } = await board(hub.url);
    await page.locator("tr.m").first().waitFor();
    hub.kill("SIGKILL");
    await hub.ended;
    const again = await hub.again();
    open.push(() => again.dispose());
    await eventually(() => one.peer.connect({ newConnection: true }), 10_000);
    const note = page.locator(".fleet-note");
    await note.getByText(/^The hub started \d+ s ago: 1 of 2 machines has yet to come back\./u).waitFor();
    await page.locator('tr[data-machine="nord-0004"]').getByText("coming back").waitFor();
    await page.locator("dt:text('Coming back') + dd button").click();
    await page.waitForURL("**/?presence=back");
    expect(await page.locator("tr.m th a").allTextContents()).toEqual(["nord-0004"]);
    await page.goto(`${hub.url}/machines/nord-0004`);
    await page.locator(".page-head, .idhead").getByText("coming back").first().waitFor();
    await page.goto(hub.url);
    await eventually(() => other.peer.connect({ newConnection: true }), 10_000);
    await note.waitFor({ state: "hidden" });
    await page.locator('tr[data-machine="nord-0004"]').getByText("connected").waitFor();
  }, 60_000);

  it("BRD21: two tabs have one stream, and both hear what it brings", async () => {
    const hub = await start();
    const [machine] = await machinesOf(hub, 1);
    const first = await board(hub.url);
    const second = await first.newTab("/");
    for (const page of [first.page, second]) await page.locator("tr.m").first().waitFor();
    const metrics = await (await fetch(`${hub.url}/metrics`, { headers: bearer(hub.token) })).text();
    expect(/^\w*operation_watchers (\d+)$/mu.exec(metrics)?.[1]).toBe("1");
    machine?.run("home", 0.33);
    for (const page of [first.page, second]) await page.locator("tr.m").getByText("33 %").waitFor();
  });

  it("BRD22: when a day has begun the strips are read anew", async () => {
    const hub = await start();
    await machinesOf(hub, 1);
    const { page } = await board(hub.url);
    await page
      .getByRole("img", { name: /^90 days/u })
      .first()
      .waitFor();
    const asked: string[] = [];
    page.on("request", (request) => request.url().endsWith("/GetHistory") && asked.push(request.url()));
    await page.clock.install();
    await page.clock.fastForward(DAY_MS - (Date.now() % DAY_MS) + 1_000);
    await eventually(() => expect(asked).toHaveLength(1), 10_000);
  });

  it("BRD23: a hub without machines leads to the first one, and becomes the fleet when it comes", async () => {
    const hub = await start();
    const shown = await board(hub.url);
    const { page } = shown;
    await page.getByRole("heading", { level: 1, name: "The hub is running. No machine reports yet." }).waitFor();
    expect(await shown.accessibilityProblems()).toEqual([]);
    const enrol = page.getByRole("link", { name: "Enrol the first machine" });
    expect(await enrol.getAttribute("href")).toBe("/enrol");
    await machinesOf(hub, 1);
    await page.getByRole("heading", { level: 1, name: "All 2 plans are backed up" }).waitFor();
    expect(shown.problems).toEqual([]);
  });

  it("BRD24: what a browser loads at first is under 250 kB compressed", async () => {
    const hub = await start();
    await machinesOf(hub, 1);
    const paths = new Set<string>();
    const proxy = await prefixProxy(hub.url, "/hub", (path) => void paths.add(path));
    open.push(() => proxy.close());
    const { page } = await board(proxy.url);
    await page.locator("tr.m .strip").first().waitFor();
    // What is loaded when somebody reaches for it begins with a reach.
    const files = [...paths].filter((path) => !path.includes(".v1."));
    expect(files.filter((path) => path.includes("worker"))).toHaveLength(1);
    let bytes = 0;
    for (const path of files) bytes += gzipSync(await (await fetch(`${hub.url}${path}`)).bytes(), { level: 9 }).length;
    process.stderr.write(`first load: ${bytes} bytes in ${files.length} files\n`);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(bytes).toBeGreaterThan(50_000);
  });
});
