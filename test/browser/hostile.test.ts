import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect } from "@jest/globals";
import { RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import type { Board } from "../support/board.js";
import { PASSWORD } from "../support/callers.js";
import { letIn } from "../support/board-fleet.js";
import { type OpenOptions, useBoards } from "../support/boards.js";
import { eventually } from "../support/hub-calls.js";
import { backup, ERROR, SUCCESS } from "../support/sample-operations.js";

const MARKUP = `<img src=x onerror="document.title='taken'"><b>bold</b>`;
/** A moment that this file lets the page fail on, in place of a value that nobody has thought of yet. */
const BREAKING_MS = Date.now() - 7_777_000;

const FAILS_ON_IT = `{
  const { get } = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format");
  Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
    get() {
      const format = get.call(this);
      return (ms) => {
        if (ms === ${BREAKING_MS} && !globalThis.mended) throw new RangeError("nobody thought of this");
        return format(ms);
      };
    },
  });
}`;

const boards = useBoards({ people: { ada: "admin", ole: "operator" } });
const { it } = boards;

beforeAll(async () => {
  for (const id of ["honest", "a%2Fb", "a/b", "100%", "__proto__", MARKUP]) await machine(id);
  const breaking = await machine("breaking", BREAKING_MS);
  breaking.history.add({ ...backup("home"), status: ERROR, displayMessage: MARKUP });
});

async function machine(instanceId: string, startMs = Date.now() - 3_600_000, plans = ["home"]): Promise<SeedPeer> {
  const schedule = { schedule: { case: "maxFrequencyDays", value: 1 } } as const;
  const peer = new SeedPeer({
    url: boards.hub.url,
    instanceId,
    config: create(RemoteConfigSchema, { plans: plans.map((id) => ({ id, schedule })) }),
  });
  boards.atEnd(() => peer.kill());
  const unixTimeStartMs = BigInt(startMs);
  peer.history.add({ ...backup("home"), status: SUCCESS, unixTimeStartMs, unixTimeEndMs: unixTimeStartMs + 60_000n });
  await letIn(boards.hub, peer);
  return peer;
}

async function board(path = "/", options?: OpenOptions): Promise<Board> {
  const opened = await (options === undefined ? boards.desk(path) : boards.open(path, options));
  await opened.page.getByRole("status").getByText("Live", { exact: true }).waitFor();
  return opened;
}

describe("the web page among machines that mean harm", () => {
  it("BRD132: a link to a machine leads to that machine, whatever its name is", async () => {
    const opened = await board();
    const { page, problems } = opened;
    for (const name of ["a%2Fb", "a/b", "100%", "__proto__", MARKUP]) {
      await opened.goto("/");
      await page.getByRole("grid").getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await page.reload();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await page.getByRole("heading", { name: "Plans", exact: true }).waitFor();
    }
    expect(problems).toEqual([]);
  });

  it("BRD132: an address that is not well encoded is no page, and what is found is what was typed", async () => {
    const opened = await board();
    for (const path of ["/machines/%", "/machines/%E0%A4%A", "/machines/%ff"]) {
      await opened.goto(path);
      await opened.page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
    await opened.goto("/repos/%");
    await opened.page.getByRole("heading", { name: "Shared repos" }).waitFor();
    await opened.goto("/connections?find=a%252Fb");
    expect(await opened.page.getByRole("searchbox").inputValue()).toBe("a%2Fb");
    expect(opened.problems).toEqual([]);
  });

  it("BRD133: what the page fails on takes its own row away, and says so; the rest stays and goes on", async () => {
    const { page } = await board("/", { script: FAILS_ON_IT });
    const grid = page.getByRole("grid");
    const broken = page.getByRole("alert").filter({ hasText: "breaking cannot be shown" }).last();
    await broken.getByText("RangeError: nobody thought of this").waitFor();
    await grid.getByRole("link", { name: "honest", exact: true }).waitFor();
    await broken.getByRole("button", { name: "Copy for a report" }).waitFor();
    await page.evaluate("globalThis.mended = true");
    await broken.getByRole("button", { name: "Try again" }).click();
    await grid.getByRole("link", { name: "breaking", exact: true }).waitFor();
  });

  it("BRD133: a page that fails leaves the bar, and another page is shown whole", async () => {
    const { page } = await board("/machines/breaking", { script: FAILS_ON_IT });
    await page.getByRole("alert").filter({ hasText: "cannot be shown" }).first().waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("BRD134: nothing of who was signed in is left for who signs in next, in no tab", async () => {
    const opened = await board("/enrol", { user: "ada" });
    const { page } = opened;
    await page.getByRole("button", { name: /token/i }).last().click();
    await page.waitForURL(/token=/);
    const address = new URL(page.url());
    const secret = await eventually(async () => {
      const found = /[\w-]{20,}#[^\s"]+|[A-Za-z0-9_-]{32,}/u.exec(await page.locator("main").innerText());
      if (found === null) throw new Error("no token yet");
      return found[0];
    });
    const other = await opened.newTab("/settings/you");
    await other.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await opened.signIn("ole", PASSWORD);
    await page.getByRole("button", { name: /signed in as ole/ }).waitFor();
    expect(page.url()).toBe(address.href);
    await page.locator("main h1").waitFor();
    expect(await page.locator("main").innerText()).not.toContain(secret);
  });

  it("BRD135: signing out that fails says that somebody is still signed in", async () => {
    const opened = await board("/settings/you", { user: "ada" });
    const { page } = opened;
    await page.route("**/Logout", (route) => route.abort());
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are still signed in:").waitFor();
  });

  it("BRD139: names of any length make no page wider than its window", async () => {
    const long = await machine("x".repeat(128), Date.now() - 3_600_000, ["p".repeat(128)]);
    long.history.start({ ...backup("p".repeat(128)), repoId: "r".repeat(128) });
    const opened = await board("/", { width: 390 });
    for (const width of [390, 1280]) {
      await opened.page.setViewportSize({ width, height: 900 });
      for (const path of ["/", `/machines/${"x".repeat(128)}`, "/settings/audit", "/connections"]) {
        await opened.goto(path);
        await opened.page.getByText("x".repeat(128)).first().waitFor();
        expect([path, width, await opened.sidewaysPixels()]).toEqual([path, width, 0]);
      }
    }
  });

  it("BRD136: a machine with ten thousand plans has a page like others, which shows more of them when asked", async () => {
    const plans = Array.from({ length: 10_000 }, (_, n) => `plan-${n}`);
    await machine("ten-thousand", Date.now() - 3_600_000, plans);
    const opened = await board("/machines/ten-thousand");
    const more = opened.page.getByRole("button", { name: /^Show 100 more of 10,00/ });
    await more.waitFor();
    const elements = () => opened.page.evaluate<number>("document.querySelectorAll('*').length");
    const before = await elements();
    expect(before).toBeLessThan(6_000);
    await more.click();
    await eventually(async () => expect(await elements()).toBeGreaterThan(before));
  });
});
