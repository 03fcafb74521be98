import { beforeAll, describe, expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { MachineGrant } from "../../src/client/machine-settings.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { useBoards } from "../support/boards.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { Practice } from "../support/practice.js";

const NAS = "/machines/praxis-nas";

const boards = useBoards({ people: { ada: "operator", vera: "viewer", root: "admin" } });
const { it, open, desk } = boards;
let nas: Practice;

beforeAll(async () => {
  nas = await machine("praxis-nas");
});

async function machine(instanceId: string, grants?: readonly MachineGrant[]): Promise<Practice> {
  const made = new Practice(boards.hub, instanceId, grants && { grants });
  boards.atEnd(() => made.peer.kill());
  await made.enrol();
  return made;
}

function card(page: Page, name: string): Locator {
  return page.getByRole("region", { name, exact: true });
}

describe("the page of a machine", () => {
  it("BRD30: shows who it is and how it is, and follows it within a second", async () => {
    const { page, problems } = await desk(NAS);
    await page.getByRole("heading", { level: 1, name: "praxis-nas" }).waitFor();
    const plans = card(page, "Plans");
    await plans.getByText("operations of 2 of 3 come in").waitFor();
    await page.locator(".idhead").getByText("1 Unknown").waitFor();
    await page.locator(".idhead").getByText("2 OK").waitFor();
    await plans.getByText("no operations come in").waitFor();
    expect(await plans.getByRole("img", { name: /^90 days: / }).count()).toBe(2);
    const added = card(page, "Sizes and durations").getByRole("slider", { name: "Added per backup" });
    const ranMs = Date.now() - 210_000;
    // Days are those of UTC: in the first minutes of one the backup belongs to the day before.
    if (new Date(ranMs).getUTCDate() !== new Date().getUTCDate()) await added.press("ArrowLeft");
    const before = await added.getAttribute("aria-valuetext");
    nas.backUp("dokumente", ranMs, 2);
    const began = Date.now();
    await plans.getByText("3 min ago").waitFor({ timeout: 5_000 });
    await eventually(async () => expect(await added.getAttribute("aria-valuetext")).not.toBe(before));
    expect(Date.now() - began).toBeLessThan(1_500);
    const connection = card(page, "Connection");
    await connection.getByText("encrypted on the way").waitFor();
    await connection.getByText("127.0.0.1").waitFor();
    expect(problems).toEqual([]);
  });

  it("BRD30: a machine that is not there is said to be none, and leads back", async () => {
    const { page } = await desk("/machines/nobody");
    await page.getByRole("heading", { name: "No machine is called nobody" }).waitFor();
    await page.getByRole("link", { name: "Show the fleet" }).click();
    await page.waitForURL(/\/$/);
  });

  it("BRD31: tells exact values by the arrow keys, on hover and in a table, for the plan and time in its address", async () => {
    const { page } = await desk(`${NAS}?plan=patienten&days=30`);
    const sizes = card(page, "Sizes and durations");
    expect(await sizes.getByRole("combobox", { name: "Plan" }).inputValue()).toBe("patienten");
    const chart = sizes.getByRole("slider", { name: "Duration" });
    await chart.focus();
    // On one day none ran.
    for (let n = 0; n < 12 && !(await chart.getAttribute("aria-valuetext"))?.includes("no backup ended"); n++)
      await page.keyboard.press("ArrowLeft");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(/^\d+ \w+: no backup ended; median 12 s$/);
    await page.keyboard.press("ArrowLeft");
    await sizes.getByText(/^\d+ \w+: 12 s$/).waitFor();
    await sizes.getByRole("button", { name: "1 y" }).click();
    expect(page.url()).toContain("days=366");
    expect(await chart.getAttribute("aria-valuemax")).toBe("53");
    await sizes.getByRole("slider", { name: "Size of repo vault" }).hover();
    await sizes.getByText(/^\d+ \w+: 4\d\d GiB$/).waitFor();
    await sizes.getByText("These values as a table").click();
    expect(await sizes.getByRole("table").getByRole("row").count()).toBeGreaterThan(5);
    await sizes.getByText("412 snapshots, 445 GiB").waitFor();
    await sizes.getByText(/checked\s*6 d ago/).waitFor();
    await sizes.getByText(/pruned\s*2 d ago/).waitFor();
  });

  it("BRD32: says what it sends and takes, what is not known, and keeps what an admin read on the machine", async () => {
    const { page } = await open(NAS, { user: "root" });
    const sends = card(page, "What it sends and takes");
    await sends.getByText("Operations of 2 of 3 plans").waitFor();
    await sends.getByText(/Ticking usb is enough/).waitFor();
    await sends.getByText("Its whole configuration").waitFor();
    await sends.getByText("Whether it takes shared repos is not known").waitFor();
    await sends.getByRole("button", { name: "Record what it allows …" }).click();
    await page.getByRole("checkbox", { name: "Receive shared repos" }).check();
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await sends.getByText("Takes shared repos").waitFor();
    await sends.getByText("Does not let the hub change its configuration").waitFor();
  });

  it("BRD32: of a machine that grants a single repo it does not say how many plans there are", async () => {
    const grants = [{ type: GrantType.PERMISSION_READ_OPERATIONS, scopes: ["repo:vault"] }];
    await machine("one-repo", grants);
    const { page, problems } = await desk("/machines/one-repo");
    await card(page, "Plans").getByText("operations of 2 plans come in; there may be more").waitFor();
    const sends = card(page, "What it sends and takes");
    await sends.getByRole("heading", { name: "Operations of 2 plans", exact: true }).waitFor();
    await sends.getByText("It names none of its plans, so there may be more").waitFor();
    expect(problems).toEqual([]);
  });

  it("BRD33: shows a key that asks for its name beside the known one, and approves it after a question", async () => {
    const before = await machine("moved");
    const after = new CurrentPeer({ url: boards.hub.url, instanceId: "moved" });
    boards.atEnd(() => after.kill());
    const copy = new CurrentPeer({ url: boards.hub.url, instanceId: "moved" });
    const { page } = await desk("/machines/moved");
    await card(page, "Identity").getByText(before.peer.identity.keyid).waitFor();
    await expect(copy.connect()).rejects.toThrow();
    await page.getByText("A new key asks to take this name.").waitFor({ timeout: 2_000 });
    await page.getByRole("button", { name: "Refuse …" }).click();
    await page.getByRole("button", { name: "Refuse the new key" }).click();
    await page.getByText("A new key asks to take this name.").waitFor({ state: "hidden" });
    await expect(after.connect()).rejects.toThrow();
    await page.getByRole("button", { name: "Compare keys" }).click();
    const request = page.getByRole("region", { name: "A new key asks to take this name" });
    await request.getByText(after.identity.keyid).waitFor();
    await request.getByText(before.peer.identity.keyid).waitFor();
    await request.getByRole("button", { name: "Approve the new key …" }).click();
    const question = page.getByRole("alertdialog");
    await question.getByText("The session of the known key ends at once", { exact: false }).waitFor();
    await question.getByText("History stays with the name", { exact: false }).waitFor();
    await question.getByRole("button", { name: "Approve the new key" }).click();
    await question.waitFor({ state: "hidden" });
    await card(page, "Identity").getByText("not let in any more", { exact: false }).waitFor();
    await after.connect();
  });

  it("BRD34: is judged as an operator says, and a viewer sees it and changes nothing", async () => {
    const { page } = await desk(NAS);
    const expectation = card(page, "Expectation");
    await expectation.getByRole("checkbox", { name: /^Not always on/ }).click();
    await expectation
      .getByRole("combobox", { name: "Grace" })
      .locator("option", { hasText: "1 week" })
      .first()
      .waitFor({ state: "attached" });
    await expectation.getByRole("combobox", { name: "Own limit" }).selectOption("3 days");
    await expectation.getByRole("button", { name: "1 week" }).click();
    await expectation.getByText(/^Snoozed until/).waitFor();
    const viewer = await open(NAS, { user: "vera" });
    const seen = card(viewer.page, "Expectation");
    await seen.getByText(/^Snoozed until/).waitFor();
    expect(await seen.getByRole("checkbox", { name: /^Not always on/ }).isChecked()).toBe(true);
    expect(await seen.getByRole("combobox", { name: "Own limit" }).inputValue()).toBe(String(3 * 86_400_000));
    await eventually(async () => {
      const enabled = await viewer.page
        .locator("main :is(button, select, input):enabled")
        .evaluateAll((all) => all.map((each) => each.textContent));
      // What only looks: the choices of the charts and copying.
      expect(enabled.join("|")).toMatch(/^(dokumentepatienten\|)?30 d\|90 d\|1 y\|Copy$/);
    });
    await expectation.getByRole("button", { name: "End the snooze" }).click();
    await seen.getByText("Snooze until", { exact: true }).waitFor({ timeout: 2_000 });
    expect(viewer.problems).toEqual([]);
  });

  it("BRD35: is removed after a question that says what becomes of everything", async () => {
    await machine("gone");
    const { page } = await desk("/machines/gone");
    await page.getByRole("button", { name: "Remove gone …" }).click();
    const question = page.getByRole("alertdialog");
    for (const what of ["Session.", "History.", "Plans.", "Shared repos."]) await question.getByText(what).waitFor();
    await question.getByRole("button", { name: "Remove gone" }).click();
    await page.waitForURL(/\/$/);
    expect((await callHub(boards.hub).peers.listPeers({})).peers.map(({ instanceId }) => instanceId)).not.toContain(
      "gone",
    );
  });

  it("BRD36: shows and copies its configuration with secrets masked", async () => {
    const opened = await open(NAS);
    await opened.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const configuration = card(opened.page, "Configuration");
    await configuration.getByText('"dokumente"').first().waitFor();
    expect(await configuration.locator(".mask").count()).toBeGreaterThan(2);
    await configuration.getByRole("button", { name: "Copy" }).click();
    await configuration.getByText("Copied").waitFor();
    const copied = await opened.page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toContain("rest.example.org");
    for (const text of [copied, await opened.page.content()]) {
      expect(text).not.toContain("geheim");
      expect(text).not.toContain("password of");
    }
  });

  it("BRD30: is used with the keyboard alone, on a phone and in the dark without findings", async () => {
    const phone = await open(NAS, { width: 390, height: 844, theme: "dark" });
    await card(phone.page, "Configuration").getByText('"dokumente"').first().waitFor();
    expect(await phone.sidewaysPixels()).toBe(0);
    expect(await phone.accessibilityProblems()).toEqual([]);
    expect(phone.problems).toEqual([]);
    const light = await desk(NAS);
    await card(light.page, "Configuration").getByText('"dokumente"').first().waitFor();
    expect(await light.accessibilityProblems()).toEqual([]);
    await light.page.getByRole("button", { name: "Remove praxis-nas …" }).focus();
    await light.page.keyboard.press("Enter");
    await light.page.getByRole("alertdialog").waitFor();
    await light.page.keyboard.press("Escape");
    await light.page.getByRole("alertdialog").waitFor({ state: "hidden" });
    expect(await light.page.evaluate("document.activeElement.textContent")).toBe("Remove praxis-nas …");
    expect(light.problems).toEqual([]);
  });
});
