import { describe, expect } from "@jest/globals";
import { useBoards } from "../support/boards.js";
import { prefixProxy } from "../support/prefix-proxy.js";

const boards = useBoards({ people: { ada: "admin" } });
const { it, open, desk } = boards;

describe("the frame of the web page", () => {
  it("BRD8: follows the hub, leads to every page and reports no problem", async () => {
    const { page, problems } = await desk();
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    for (const name of ["History", "Enrol", "Connections", "Shared repos", "Settings", "Fleet"]) {
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
      await page.locator(`.nav a[aria-current=page]:text-is("${name}")`).waitFor();
    }
    expect(problems).toEqual([]);
  });

  it("BRD8: is used with the keyboard alone", async () => {
    const { page } = await desk();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/history");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Go to Shared repos").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("/");
    await page.getByRole("combobox", { name: "Find a machine, plan or repo" }).waitFor();
    // What is typed there is no shortcut.
    await page.keyboard.type("gs");
    expect(page.url()).toMatch(/history$/);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Find a machine, plan or repo" }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });

  it("BRD8: on a phone what is being found has the whole bar", async () => {
    const { page } = await open("/", { width: 390, height: 844 });
    await page.getByRole("button", { name: "Find a machine, plan or repo" }).click();
    const box = await page.getByRole("combobox", { name: "Find a machine, plan or repo" }).boundingBox();
    expect(box?.width).toBeGreaterThan(250);
  });

  it("BRD8: with texts of twice their size it is the page of a window half as wide", async () => {
    const { page, context } = await open();
    const debug = await context.newCDPSession(page);
    await debug.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
    await page.reload();
    expect(await page.evaluate("getComputedStyle(document.documentElement).fontSize")).toBe("32px");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "History" }).click();
    await page.waitForURL("**/history");
    expect(await page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")).toBe(0);
  });

  it("BRD8: keeps a theme that was chosen, and has no findings in either", async () => {
    const dark = await open("/", { theme: "dark" });
    expect(await dark.accessibilityProblems()).toEqual([]);
    await dark.page.getByRole("button", { name: "Switch to the light theme" }).click();
    await dark.page.reload();
    await dark.page.getByRole("button", { name: "Switch to the dark theme" }).waitFor();
    expect(await dark.page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("light");
    expect(await dark.accessibilityProblems()).toEqual([]);
  });

  it("BRD8: on a phone its pages are in a bar at the bottom, and nothing is wider than the screen", async () => {
    const phone = await open("/", { width: 390, height: 844 });
    expect(await phone.sidewaysPixels()).toBe(0);
    await phone.page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "More" }).click();
    await phone.page.getByRole("menuitem", { name: "Settings" }).click();
    await phone.page.waitForURL("**/settings");
    expect(await phone.sidewaysPixels()).toBe(0);
    expect(await phone.accessibilityProblems()).toEqual([]);
    expect(phone.problems).toEqual([]);
  });

  it("BRD9: works under a path of a proxy, from any of its addresses", async () => {
    const proxy = await prefixProxy(boards.hub.url, "/backups/hub");
    boards.atEnd(() => proxy.close());
    const under = await open("/", { url: proxy.url });
    for (const path of ["/", "/machines/some-machine", "/settings/about", "/history?plan=home"]) {
      await under.goto(path);
      await under.page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    }
    await under.page.getByRole("link", { name: "Enrol", exact: true }).first().click();
    expect(under.page.url()).toBe(under.at("/enrol"));
    // From a page some steps down to one that is not: a relative address would now lead out of the path.
    await under.goto("/machines/some-machine");
    await under.page.getByRole("link", { name: "Fleet", exact: true }).first().click();
    await under.page.waitForURL(under.at("/"));
    expect(await under.page.evaluate("document.querySelector('link[rel=icon]').href")).toBe(under.at("/icon.svg"));
    expect(under.problems).toEqual([]);
  });

  it("BRD9: an address without a page says so and leads back", async () => {
    const { page } = await desk("/machines/a/b");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await page.getByRole("link", { name: "fleet", exact: true }).click();
    await page.waitForURL(/\/$/);
  });
});
