import { describe, expect } from "@jest/globals";
import { addUser, adminOf, PASSWORD } from "../support/callers.js";
import { useBoards } from "../support/boards.js";

const boards = useBoards({ people: { ada: "admin" } });
const { it, open, startHub } = boards;

describe("signing in", () => {
  it("BRD100: a wrong password is said above the fields, which keep what was typed; then there is a pause", async () => {
    const other = await startHub({}, { ada: "admin" });
    const opened = await open("/", { url: other.url, user: null, width: 390, height: 844, theme: "dark" });
    const { page } = opened;
    const alert = page.getByRole("alert");
    const card = await page.locator("main .card").boundingBox();
    // As much is free above it as below.
    expect((card?.y ?? 0) * 2 + (card?.height ?? 0)).toBeCloseTo(844, -1);
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password", { exact: true }).fill("wrong wrong wrong");
    await page.keyboard.press("Enter");
    await alert.getByText("The user name or the password is wrong.").waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("ada");
    await page.getByText("backrest-hub users set-password NAME").waitFor();
    expect(await opened.accessibilityProblems()).toEqual([]);
    expect(await opened.sidewaysPixels()).toBe(0);
    for (let tries = 1; tries < 12; tries++) {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.locator("button[type=submit]:enabled").waitFor();
    }
    await alert.getByText("Too many wrong passwords from this address; wait a minute and try again.").waitFor();
  });

  it("BRD101: the first person is made with the admin token; a wrong token makes nobody", async () => {
    const other = await startHub();
    const opened = await open("/", { url: other.url, user: null });
    const { page } = opened;
    await page.getByRole("heading", { name: "Welcome. Who are you?" }).waitFor();
    await page.getByLabel("Admin token").fill("wrong");
    await page.getByLabel("Your name").fill("ada");
    await page.getByLabel("A password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account and sign in" }).click();
    await page
      .getByRole("alert")
      .getByText(/The token is none of this hub's.*admin-token/)
      .waitFor();
    expect((await adminOf(other).listUsers({})).users).toEqual([]);
    await page.getByLabel("Admin token").fill(other.token);
    await page.getByRole("button", { name: "Create account and sign in" }).click();
    await page.locator("header.topbar").waitFor();
    expect((await adminOf(other).listUsers({})).users).toMatchObject([{ name: "ada", createdBy: "admin" }]);
  });

  it("BRD100: over clear text from elsewhere there is no field for a password, but the ways out", async () => {
    const opened = await open("/", { user: null });
    // As a proxy that nobody named to the hub would pass it on.
    await opened.context.setExtraHTTPHeaders({ "x-forwarded-for": "198.51.100.7" });
    await opened.page.reload();
    await opened.page.getByRole("alert").getByText("--trusted-proxies").waitFor();
    expect(await opened.page.locator("input").count()).toBe(0);
    expect(await opened.accessibilityProblems()).toEqual([]);
  });

  it("BRD102: signing out in one tab shows in the other, and so does signing in; both stay where they were", async () => {
    const opened = await open("/settings/about");
    const { page } = opened;
    const other = await opened.newTab("/settings/you");
    await other.getByRole("button", { name: "Sign out" }).waitFor();
    await page.getByText("Data directory").waitFor();
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await opened.signIn("ada", PASSWORD);
    await page.getByText("Data directory").waitFor();
    await other.getByRole("button", { name: "Sign out" }).waitFor();
    expect([page.url(), other.url()]).toEqual([opened.at("/settings/about"), opened.at("/settings/you")]);
  });

  it("BRD102: a session that an admin ended leads to signing in, and from there back to the same address", async () => {
    await addUser(boards.hub, "vera", "viewer");
    const opened = await open("/repos?state=refused", { user: "vera" });
    const { page } = opened;
    await page.getByText("No repo is shared yet.").waitFor();
    await adminOf(boards.hub).setUserPassword({ name: "vera", password: "another long one" });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await opened.signIn("vera", "another long one");
    await page.getByText("No repo is shared yet.").waitFor();
    expect(page.url()).toBe(opened.at("/repos?state=refused"));
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
  });
});
