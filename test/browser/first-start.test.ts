import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import { once } from "node:events";
import { describe, expect } from "@jest/globals";
import type { Page } from "playwright-core";
import { TEST_CERT_PATH } from "../client/h2-server.js";
import type { TestHub } from "../support/test-hub.js";
import { PASSWORD } from "../support/callers.js";
import { useBoards } from "../support/boards.js";

const ADA = { name: "ada", role: "ROLE_ADMIN", password: PASSWORD };

const boards = useBoards();
const { it, startHub } = boards;

/** A page of this address, whose certificate nobody knows. */
async function pageAt(url: string): Promise<Page> {
  return (await boards.open("/", { url })).page;
}

/** Calls as a script of the page would, by an address relative to it. */
function call(page: Page, rpc: string, body: object, headers: object = {}): Promise<{ status: number; json: unknown }> {
  const asked = JSON.stringify([`hub.v1.AccessService/${rpc}`, headers, JSON.stringify(body)]);
  return page.evaluate(`(async ([path, headers, body]) => {
    const all = { "content-type": "application/json", "connect-protocol-version": "1", ...headers };
    const answer = await fetch(path, { method: "POST", headers: all, body });
    return { status: answer.status, json: await answer.json() };
  })(${asked})`);
}

/** Speaks TLS, takes the prefix off and says for whom it calls. */
async function startProxy(hub: TestHub, prefix: string): Promise<string> {
  const files = {
    cert: readFileSync(TEST_CERT_PATH),
    key: readFileSync(TEST_CERT_PATH.replace("cert.pem", "key.pem")),
  };
  const server = createServer(files, (incoming, outgoing) => {
    if (incoming.url?.startsWith(prefix) !== true) return void outgoing.writeHead(404).end();
    const forwarded = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    const { method = "GET", headers } = incoming;
    const target = `${hub.url}${incoming.url.slice(prefix.length - 1)}`;
    const onward = request(target, { method, headers: { ...headers, ...forwarded }, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  boards.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return `https://127.0.0.1:${address.port}${prefix}`;
}

/** What a page does at the first start: the admin token once, then a user and its cookie. */
async function firstStart(page: Page, token: string): Promise<void> {
  expect(await call(page, "GetSignIn", {})).toEqual({ status: 200, json: { firstStart: true } });
  const wrong = await call(page, "AddUser", ADA, { authorization: "Bearer wrong" });
  expect(wrong.status).toBe(401);
  const added = await call(page, "AddUser", ADA, { authorization: `Bearer ${token}` });
  expect(added).toMatchObject({ status: 200, json: { user: { name: "ada", role: "ROLE_ADMIN", createdBy: "admin" } } });
  expect(await call(page, "WhoAmI", {})).toMatchObject({ status: 401 });
  expect(await call(page, "Login", { username: "ada", password: PASSWORD })).toMatchObject({ status: 200 });
  expect(await call(page, "GetSignIn", {})).toEqual(ADA_CALLS);
}

const ADA_CALLS = { status: 200, json: { caller: { name: "ada", kind: "CALLER_KIND_USER", role: "ROLE_ADMIN" } } };

describe("a page of the hub's own origin", () => {
  it("ACC26: makes the first user with the admin token and is logged in by a cookie that no script reads", async () => {
    const hub = await startHub();
    const page = await pageAt(hub.url);
    await firstStart(page, hub.token);
    expect(await call(page, "WhoAmI", {})).toEqual(ADA_CALLS);
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.reload();
    expect(await call(page, "WhoAmI", {})).toEqual(ADA_CALLS);
    await call(page, "Logout", {});
    expect(await call(page, "WhoAmI", {})).toMatchObject({ status: 401 });
  }, 60_000);

  it("ACC26: does so under a prefix that a proxy with TLS takes off", async () => {
    const hub = await startHub({ "trusted-proxies": "127.0.0.1" });
    const url = await startProxy(hub, "/backups/");
    const page = await pageAt(url);
    await firstStart(page, hub.token);
    expect(await call(page, "WhoAmI", {})).toEqual(ADA_CALLS);
    expect(await page.context().cookies()).toMatchObject([
      { name: "__Host-backrest-hub", path: "/", secure: true, httpOnly: true, sameSite: "Strict" },
    ]);
  }, 60_000);

  it("ACC26: is told that it needs TLS where nobody named the proxy", async () => {
    const hub = await startHub();
    const page = await pageAt(await startProxy(hub, "/backups/"));
    expect((await call(page, "GetSignIn", {})).json).toEqual({ firstStart: true, needsTls: true });
    expect(await page.getByRole("alert").textContent()).toContain(
      "Your browser came over TLS, but the hub was not told so",
    );
    const added = await call(page, "AddUser", ADA, { authorization: `Bearer ${hub.token}` });
    expect(added).toMatchObject({ status: 400, json: { message: expect.stringContaining("--trusted-proxies") } });
  }, 60_000);
});
