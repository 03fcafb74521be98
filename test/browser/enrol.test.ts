import { create } from "@bufbuild/protobuf";
import { describe, expect } from "@jest/globals";
import { Multihost_Permission_Type as GrantType, PlanSchema } from "../../gen/v1/config_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { History } from "../../src/client/history.js";
import { MachineSettings } from "../../src/client/machine-settings.js";
import { SeedPeer } from "../../src/client/peer.js";
import { parsePairingToken } from "../../src/fleet/pairing-token.js";
import type { Board } from "../support/board.js";
import { LIVE_MS, useBoards } from "../support/boards.js";
import { backup, SUCCESS } from "../support/sample-operations.js";

const boards = useBoards({ people: { ada: "admin", otto: "operator", vera: "viewer" } });
const { it, open, desk } = boards;

interface MachineWishes {
  readonly pairingSecret: string;
  /** It shows its configuration. */
  readonly config?: boolean;
}

/** A machine with a plan and three backups. */
function machine(instanceId: string, { pairingSecret, config = false }: MachineWishes): CurrentPeer {
  const history = new History({ instanceId });
  for (let n = 0; n < 3; n++)
    history.add(backup("daten", { instanceId, status: SUCCESS, unixTimeStartMs: BigInt(Date.now() - n * 3_600_000) }));
  const settings = new MachineSettings({
    generation: "current",
    host: boards.hub.directory.identity.instanceId,
    grants: config ? [{ type: GrantType.PERMISSION_READ_CONFIG, scopes: ["*"] }] : [],
    plans: [create(PlanSchema, { id: "daten", repo: "vault" })],
  });
  const peer = new CurrentPeer({ url: boards.hub.url, instanceId, history, settings, pairingSecret });
  boards.atEnd(() => peer.kill());
  return peer;
}

/** From the empty form to a token; its secret. */
async function makeToken({ page }: Board): Promise<string> {
  await page.getByRole("button", { name: "Make the token" }).click();
  await page.getByRole("heading", { name: "Waiting for the machine" }).waitFor();
  return parsePairingToken((await page.locator("code.token").textContent()) ?? "").secret;
}

describe("the page that enrols machines", () => {
  it("BRD50: leads from a choice over a token to the machine that came with it, live, and checks what it sends", async () => {
    const opened = await desk("/enrol");
    const { page, problems } = opened;
    await page.getByLabel("Label").fill("Reception, new PC");
    await page.getByRole("checkbox", { name: "You see its configuration" }).check();
    const pairingSecret = await makeToken(opened);
    expect(page.url()).toMatch(/\/enrol\?token=\d+&grants=config$/);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await machine("reception", { pairingSecret }).connect();
    await page.getByRole("heading", { name: "reception is here" }).waitFor({ timeout: LIVE_MS });
    await page.getByText("Connected from 127.0.0.1").waitFor();
    await page.getByText("It sends operations of 1 of 1 plan: daten").waitFor();
    await page.getByText("First history: 3 operations; last success").waitFor();
    await page.getByText("It does not send its configuration. You wanted to see it").waitFor();
    expect(await page.title()).toBe("reception is here · Backrest Hub");
    expect(await page.content()).not.toContain(pairingSecret);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await page.getByRole("link", { name: "Open reception" }).click();
    await page.waitForURL("**/machines/reception");
    expect(problems).toEqual([]);
  });

  it("BRD51: a machine that grants what was chosen shows its configuration, and the JSON grants it", async () => {
    const opened = await desk("/enrol?grants=config");
    const { page } = opened;
    const pairingSecret = await makeToken(opened);
    await page.getByText("For automation").click();
    const piece: unknown = JSON.parse((await page.getByLabel("JSON", { exact: true }).textContent()) ?? "");
    expect(piece).toMatchObject({
      sync: {
        knownHosts: [
          {
            instanceUrl: boards.hub.url,
            initialPairingSecret: pairingSecret,
            permissions: [{ type: "PERMISSION_READ_OPERATIONS" }, { type: "PERMISSION_READ_CONFIG" }],
          },
        ],
      },
    });
    await machine("granting", { pairingSecret, config: true }).connect();
    await page.getByText("It sends its configuration: 1 plan with their schedules").waitFor();
  });

  it("BRD55: who tries with a wrong token meanwhile is shown at once, with what helps", async () => {
    const opened = await desk("/enrol");
    await makeToken(opened);
    const stranger = machine("tried-in-vain", { pairingSecret: "0".repeat(64) });
    await stranger.connect().catch(() => {});
    const note = opened.page.getByText("A machine tried and was refused");
    await note.waitFor({ timeout: LIVE_MS });
    await opened.page.getByText("tried-in-vain: the hub has no token like the one it brought.").waitFor();
    await opened.page.getByRole("link", { name: "Connections" }).last().click();
    await opened.page.waitForURL("**/connections?find=tried-in-vain");
  });

  it("BRD65: when nothing comes for 40 s it names the causes of which Backrest says nothing", async () => {
    const opened = await open("/enrol", { width: 390, height: 844 });
    const { page } = opened;
    await makeToken(opened);
    await page.getByText("Instance ID must be filled").waitFor();
    await page.getByText("Pair alone saves nothing.").waitFor();
    const silence = page.getByText("Nothing has come yet.");
    expect(await silence.count()).toBe(0);
    await page.clock.setFixedTime(Date.now() + 41_000);
    await silence.waitFor({ timeout: 10_000 });
    expect(await page.locator(".causes li").allTextContents()).toEqual([
      expect.stringMatching(/^Instance ID .* is empty there\.$/),
      expect.stringMatching(/http:\/\/ or https:\/\/\.$/),
      expect.stringMatching(/^It was not saved/),
      expect.stringContaining(boards.hub.url),
    ]);
    expect(await opened.sidewaysPixels()).toBe(0);
    expect(await opened.accessibilityProblems()).toEqual([]);
  });

  it("BRD56: goes on at its address, and shows a secret in no address, no storage and never again", async () => {
    const opened = await open("/enrol");
    const { page } = opened;
    await page.getByLabel("Label").fill("for later");
    const pairingSecret = await makeToken(opened);
    const address = page.url();
    await page.getByLabel("Address of this hub").fill("https://hub.example.org");
    await page.getByRole("link", { name: "History" }).click();
    await page.goBack();
    // In the same tab it is still there.
    expect(await page.locator("code.token").textContent()).toContain(pairingSecret);
    expect(await page.getByLabel("Address of this hub").inputValue()).toBe("https://hub.example.org");
    await page.reload();
    await page.getByText("The token was shown once, and not here.").waitFor();
    expect(await page.getByLabel("Address of this hub").inputValue()).toBe("https://hub.example.org");
    const stored = await page.evaluate<string>(
      "JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }])",
    );
    expect(stored + (await page.content())).not.toContain(pairingSecret);
    await page.getByRole("link", { name: "Enrol", exact: true }).click();
    await page
      .locator(".waiting-list li")
      .filter({ hasText: "“for later”" })
      .getByRole("link", { name: "Go on with it" })
      .click();
    expect(page.url().split("&")[0]).toBe(address);
    await machine("came-later", { pairingSecret }).connect();
    await page.getByRole("heading", { name: "came-later is here" }).waitFor({ timeout: LIVE_MS });
  });

  it("BRD57: an operator is told who makes tokens, and lets an old Backrest in by its key", async () => {
    const opened = await open("/enrol", { user: "otto" });
    const { page } = opened;
    await page.getByText("Admins make tokens").waitFor();
    await page.getByLabel("Backrest on that machine").selectOption({ label: "Backrest 1.11 and 1.12" });
    await page.getByRole("button", { name: "Show the steps" }).click();
    await page.getByText('"keyId": "ecdsa.').waitFor();
    const old = new SeedPeer({ url: boards.hub.url, instanceId: "alt-server" });
    boards.atEnd(() => old.kill());
    await old.connect().catch(() => {});
    await page.getByText("alt-server: its key is unknown here.").waitFor({ timeout: LIVE_MS });
    expect(await opened.accessibilityProblems()).toEqual([]);
    await page.getByRole("button", { name: "Let it in … alt-server" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Let alt-server in?" });
    await dialog.getByText(old.identity.keyid).waitFor();
    await dialog.getByRole("button", { name: "Let it in" }).click();
    await page.getByRole("heading", { name: "alt-server is let in" }).waitFor();
    expect(page.url()).toContain("machine=alt-server");
    await old.connect();
    await page.getByRole("heading", { name: "alt-server is here" }).waitFor({ timeout: LIVE_MS });
    await page.getByText("in clear text").waitFor();
    expect(opened.problems).toEqual([]);
  });

  it("BRD57: a viewer is told whom to ask", async () => {
    const { page, problems } = await open("/enrol", { user: "vera" });
    await page.getByText("Viewers look only.").waitFor();
    expect(await page.locator("main button[type=submit]").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("BRD58: a machine that is installed anew gets its name back, and nobody else does", async () => {
    const opened = await desk("/enrol");
    const { page } = opened;
    const first = await makeToken(opened);
    await machine("nas", { pairingSecret: first }).connect();
    await page.getByRole("heading", { name: "nas is here" }).waitFor();
    await page.getByRole("button", { name: "Enrol another" }).last().click();
    await page.getByRole("checkbox", { name: "It is installed anew" }).check();
    await page.getByLabel("Its instance ID").fill("nas");
    const again = await makeToken(opened);
    await page.getByText("only nas").waitFor();
    await machine("not-nas", { pairingSecret: again })
      .connect()
      .catch(() => {});
    await page.getByText("not-nas: its token was made for another name.").waitFor();
    const anew = machine("nas", { pairingSecret: again });
    await anew.connect();
    await page.getByRole("heading", { name: "nas is here" }).waitFor({ timeout: LIVE_MS });
    await page.getByText("First history").waitFor();
  });

  it("BRD59: is used with the keyboard alone, on a phone and in the dark", async () => {
    const opened = await open("/", { width: 390, height: 844, theme: "dark" });
    const { page } = opened;
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await page.getByRole("heading", { name: "What may this machine do?" }).waitFor();
    expect(await opened.sidewaysPixels()).toBe(0);
    expect(await opened.accessibilityProblems()).toEqual([]);
    await page.getByLabel("Label").focus();
    await page.keyboard.type("by keyboard");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    expect(await page.getByRole("checkbox", { name: "You see its configuration" }).isChecked()).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Waiting for the machine" }).waitFor();
    expect(await opened.sidewaysPixels()).toBe(0);
    expect(await opened.accessibilityProblems()).toEqual([]);
    expect(opened.problems).toEqual([]);
  });
});
