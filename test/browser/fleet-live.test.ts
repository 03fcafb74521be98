import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect } from "@jest/globals";
import { SeedPeer } from "../../src/client/peer.js";
import { BoardMachine, letIn } from "../support/board-fleet.js";
import { useBoards } from "../support/boards.js";
import { addUser, bearer, PASSWORD } from "../support/callers.js";
import { eventually } from "../support/hub-calls.js";
import { startHubProcess } from "../support/hub-process.js";
import { prefixProxy } from "../support/prefix-proxy.js";
import { backup, SUCCESS } from "../support/sample-operations.js";

const DAY_MS = 86_400_000;
const MOST_BYTES = 250_000;

const boards = useBoards({ people: { ada: "admin" } });
const { it, open } = boards;
let machine: BoardMachine | undefined;

beforeAll(async () => {
  [machine] = await boards.connectFleet(1, 3);
});

describe("the fleet, live", () => {
  it("BRD20: a hub that stops and comes back is told of, nothing is changed meanwhile, and the page heals", async () => {
    const hub = await startHubProcess();
    boards.atEnd(() => hub.dispose());
    await addUser(hub, "ada", "admin");
    const nas = new BoardMachine(3, hub, 5);
    boards.atEnd(() => nas.peer.kill());
    await letIn(hub, nas.peer);
    const { page } = await open("/", { url: hub.url });
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
    boards.atEnd(() => again.dispose());
    await eventually(() => nas.peer.connect({ newConnection: true }), 10_000);
    nas.run("home", 0.42);
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
    boards.atEnd(() => hub.dispose());
    await addUser(hub, "ada", "admin");
    const [one, other] = [new BoardMachine(2, hub, 5), new BoardMachine(4, hub, 5)];
    boards.atEnd(() => [one, other].forEach(({ peer }) => peer.kill()));
    for (const { peer } of [one, other]) await letIn(hub, peer);
    const { page } = await open("/", { url: hub.url });
    await page.locator("tr.m").first().waitFor();
    hub.kill("SIGKILL");
    await hub.ended;
    const again = await hub.again();
    boards.atEnd(() => again.dispose());
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
    const first = await open();
    const second = await first.newTab("/");
    for (const page of [first.page, second]) await page.locator("tr.m").first().waitFor();
    const { url, token } = boards.hub;
    const watchers = async () => {
      const metrics = await (await fetch(`${url}/metrics`, { headers: bearer(token) })).text();
      return /^\w*operation_watchers (\d+)$/mu.exec(metrics)?.[1];
    };
    // Those of the test before may still be on their way out.
    await eventually(async () => expect(await watchers()).toBe("1"));
    machine?.run("home", 0.33);
    for (const page of [first.page, second]) await page.locator("tr.m").getByText("33 %").waitFor();
  });

  it("BRD13: of a plan whose last backup is long ago it says that, not that its operations do not come", async () => {
    const hub = await boards.startHub({}, { ada: "admin" });
    const peer = new SeedPeer({ url: hub.url, instanceId: "attic" });
    boards.atEnd(() => peer.kill());
    const unixTimeStartMs = BigInt(Date.now() - 120 * DAY_MS);
    peer.history.add(backup("albums", { status: SUCCESS, unixTimeStartMs, unixTimeEndMs: unixTimeStartMs + 60_000n }));
    await letIn(hub, peer);
    const { page } = await open("/", { url: hub.url });
    const row = page.locator('tr[data-machine="attic"]', { hasText: "albums" });
    await row.getByText("Unknown").waitFor();
    await row.getByText("no backup in these days").waitFor();
  });

  it("BRD22: when a day has begun the strips are read anew", async () => {
    const { page } = await open();
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
    const hub = await boards.startHub({}, { ada: "admin" });
    const shown = await open("/", { url: hub.url });
    const { page } = shown;
    await page.getByRole("heading", { level: 1, name: "The hub is running. No machine reports yet." }).waitFor();
    expect(await shown.accessibilityProblems()).toEqual([]);
    const enrol = page.getByRole("link", { name: "Enrol the first machine" });
    expect(await enrol.getAttribute("href")).toBe("/enrol");
    await boards.connectFleet(1, 3, hub);
    await page.getByRole("heading", { level: 1, name: "All 2 plans are backed up" }).waitFor();
    expect(shown.problems).toEqual([]);
  });

  it("BRD24: what a browser loads at first is under 250 kB compressed", async () => {
    const paths = new Set<string>();
    const proxy = await prefixProxy(boards.hub.url, "/hub", (path) => void paths.add(path));
    boards.atEnd(() => proxy.close());
    const opened = await open("/", { url: proxy.url, user: null });
    await opened.signIn("ada", PASSWORD);
    const { page } = opened;
    await page.locator("tr.m .strip").first().waitFor();
    // What is loaded when somebody reaches for it begins with a reach.
    const files = [...paths].filter((path) => !path.includes(".v1."));
    expect(files.filter((path) => path.includes("worker"))).toHaveLength(1);
    let bytes = 0;
    for (const path of files)
      bytes += gzipSync(await (await fetch(`${boards.hub.url}${path}`)).bytes(), { level: 9 }).length;
    process.stderr.write(`first load: ${bytes} bytes in ${files.length} files\n`);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(bytes).toBeGreaterThan(50_000);
  });
});
