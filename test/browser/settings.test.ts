import { describe, expect } from "@jest/globals";
import { createClient } from "@connectrpc/connect";
import type { Locator, Page } from "playwright-core";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { LIVE_MS, useBoards } from "../support/boards.js";
import { addUser, adminOf, PASSWORD } from "../support/callers.js";
import { tokenTransport } from "../support/hub-calls.js";

const boards = useBoards({ people: { ada: "admin", oskar: "operator", vera: "viewer" } });
const { it, open, desk } = boards;

describe("settings on the page", () => {
  it("BRD91: a person is added, given another role and removed; the hub says why the last admin stays", async () => {
    const opened = await desk("/settings/people");
    const { page } = opened;
    await button(page, "Add a person …").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill("ole");
    await sheet.getByLabel(/^operator/).check();
    await sheet.getByLabel("Password", { exact: true }).fill("short");
    await sheet.getByRole("button", { name: "Make one" }).click();
    expect(await sheet.getByLabel("Password", { exact: true }).inputValue()).toHaveLength(20);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await sheet.getByRole("button", { name: "Add person" }).click();
    await row(page, "ole").getByText("operator").waitFor();

    await pick(page, "ole", "Change role …");
    await sheet.getByLabel(/^viewer/).check();
    await sheet.getByRole("button", { name: "Change role" }).click();
    await row(page, "ole").getByText("viewer").waitFor();
    await pick(page, "ole", "Remove …");
    await page.getByRole("alertdialog").getByText("signed out everywhere at once").waitFor();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove ole" }).click();
    // What lies behind an open dialog is not there for a reader of the page, either.
    await page.getByRole("alertdialog").waitFor({ state: "hidden" });
    await button(page, "Change ole").waitFor({ state: "detached" });

    await pick(page, "ada", "Change role …");
    await sheet.getByLabel(/^viewer/).check();
    await sheet.getByRole("button", { name: "Change role" }).click();
    await sheet
      .getByRole("alert")
      .getByText(/last admin/)
      .waitFor();
  });

  it("BRD91: what another admin changes shows within a second", async () => {
    const { page } = await desk("/settings/people");
    await row(page, "vera").waitFor();
    await addUser(boards.hub, "late", "viewer");
    await row(page, "late").waitFor({ timeout: LIVE_MS });
    await adminOf(boards.hub).removeUser({ name: "late" });
    await row(page, "late").waitFor({ state: "detached", timeout: LIVE_MS });
  });

  it("BRD92: an access token is shown once, works, and is revoked", async () => {
    const opened = await desk("/settings/tokens");
    const { page } = opened;
    await button(page, "New token …").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill("grafana");
    await sheet.getByLabel("Expires after").selectOption("7");
    await sheet.getByRole("button", { name: "Make token" }).click();
    const text = (await sheet.getByRole("region", { name: "The token’s text" }).textContent()) ?? "";
    expect(text).toMatch(/^bhat_/);
    expect(await whoAmI(text)).toBe(200);
    await sheet.getByRole("button", { name: "I have it" }).click();
    await row(page, "grafana").getByText("in 6 d").waitFor();
    expect(await page.content()).not.toContain(text);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await button(page, "Revoke grafana …").click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke grafana" }).click();
    await page.getByText("No access tokens").waitFor();
    expect(await whoAmI(text)).toBe(401);
  });

  it("BRD93, BRD94: an operator revokes pairing tokens, and is told about the rest", async () => {
    await createClient(PairingService, tokenTransport(boards.hub.url, boards.hub.token)).createPairingToken({
      label: "Front desk",
      maxUses: 3,
    });
    const { page } = await open("/settings/pairing", { user: "oskar" });
    await row(page, "Front desk").getByText("0 of 3").waitFor();
    await button(page, "Revoke Front desk …").click();
    await page.getByRole("alertdialog").getByText("Machines that have paired with it stay").waitFor();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke token" }).click();
    await page.getByText("No pairing tokens").waitFor();
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "People" }).click();
    await page.getByText("It takes the role admin; you have the role operator.").waitFor();
  });

  it("BRD94, BRD96: a viewer sees who the hub is, on a phone and in the dark, and changes nothing", async () => {
    const opened = await open("/settings/about", { user: "vera", width: 390, height: 844, theme: "dark" });
    const { page } = opened;
    await page.getByText(boards.hub.directory.identity.instanceId, { exact: true }).waitFor();
    await page.getByText(boards.hub.url, { exact: true }).first().waitFor();
    await page.getByText(boards.hub.dataDir, { exact: true }).waitFor();
    for (const part of ["People", "Access tokens", "Pairing tokens", "Audit log"]) {
      await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: part }).click();
      await page.getByText(/It takes the role (?:admin|operator); you have the role viewer\./).waitFor();
      expect(await opened.sidewaysPixels()).toBe(0);
    }
    expect(await opened.accessibilityProblems()).toEqual([]);
    expect(opened.problems).toEqual([]);
  });

  it("BRD95: the audit log is narrowed by the address, and says what was refused", async () => {
    await adminOf(boards.hub)
      .removeUser({ name: "nobody" })
      .catch(() => {});
    const { page } = await desk("/settings/audit?failures=1");
    await row(page, "nobody").getByText("not found").waitFor();
    expect(await page.getByRole("row").filter({ hasText: "done" }).count()).toBe(0);
    await page.getByLabel("Only refused and failed").uncheck();
    await page.getByLabel("What", { exact: true }).selectOption("AddUser");
    await page.waitForURL("**/settings/audit?action=AddUser");
    await row(page, "add person vera").getByText("done").waitFor();
    await row(page, "add person vera").getByText("hub.v1.AccessService/AddUser").click();
    expect(await row(page, "add person vera").textContent()).toContain('"password":"***hidden***"');
    await page.getByLabel(/^Who/).fill("mallory");
    await page.getByText("Nothing by mallory, of AddUser.").waitFor();
    await button(page, "Show all").click();
    await page.waitForURL("**/settings/audit");
  });

  it("BRD90: theme and single keys are chosen for the browser, with the keyboard alone", async () => {
    const { page } = await open("/settings/you", { user: "vera" });
    await button(page, "Dark").press("Enter");
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
    await page.getByLabel(/^Single keys/).press("Space");
    await page.reload();
    expect(await button(page, "Dark").getAttribute("aria-pressed")).toBe("true");
    await page.locator("body").press("?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByLabel(/^Single keys/).press("Space");
    await page.locator("h1").press("?");
    await page.getByRole("dialog").waitFor();
  });

  it("BRD90: who changes the password signs in with the new one, at the same address", async () => {
    await addUser(boards.hub, "peter", "viewer");
    const opened = await open("/settings/you", { user: "peter" });
    const { page } = opened;
    await page.getByLabel("Present password").fill("wrong wrong wrong");
    await page.getByLabel("New password").fill("another long one");
    await button(page, "Change password").click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Present password").fill(PASSWORD);
    await button(page, "Change password").click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await opened.signIn("peter", "another long one");
    await page.getByText("with name and password").waitFor();
    expect(page.url()).toBe(opened.at("/settings/you"));
  });
});

async function whoAmI(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return (await fetch(`${boards.hub.url}/hub.v1.AccessService/WhoAmI`, { method: "POST", headers, body: "{}" })).status;
}

function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

function row(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ hasText: name });
}

/** Chooses from the menu of a person. */
async function pick(page: Page, person: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Change ${person}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}
