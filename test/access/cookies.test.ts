import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TEST_CERT_PATH } from "../client/h2-server.js";
import { addUser, PASSWORD } from "../support/callers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ "trusted-proxies": "127.0.0.1", "allow-clear-text-clients": "203.0.113.0/24" });
  await addUser(hub, "ann", "admin");
});
afterAll(() => hub.close());

/** Over HTTP/1.1, as a page's script would, without a client's own headers. */
function call(rpc: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${hub.url}/hub.v1.AccessService/${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function logIn(headers: Record<string, string> = {}): Promise<string> {
  const response = await call("Login", { username: "ann", password: PASSWORD }, headers);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ caller: { name: "ann", role: "ROLE_ADMIN" } });
  return response.headers.get("set-cookie") ?? "";
}

const own = () => ({ "sec-fetch-site": "same-origin" });
const crumb = (cookie: string) => ({ cookie: cookie.split(";")[0] ?? "" });

describe("the cookie of a browser", () => {
  test("ACC15: is set by Login, serves pages of the hub, and is cleared by Logout for good", async () => {
    const cookie = await logIn();
    expect(cookie).toMatch(/^backrest-hub=[\w.-]+; Path=\/; Max-Age=604(?:800|799); HttpOnly; SameSite=Strict$/);
    const who = await call("WhoAmI", {}, { ...crumb(cookie), ...own() });
    expect(await who.json()).toMatchObject({ caller: { name: "ann" } });
    const out = await call("Logout", {}, { ...crumb(cookie), ...own() });
    expect(out.headers.get("set-cookie")).toBe("backrest-hub=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    expect((await call("WhoAmI", {}, { ...crumb(cookie), ...own() })).status).toBe(401);
  });

  test.each([
    ["another site's page", { "sec-fetch-site": "cross-site" }, 403],
    ["a page of a neighbouring host", { "sec-fetch-site": "same-site" }, 403],
    ["another origin", { origin: "https://evil.example", "connect-protocol-version": "1" }, 403],
    ["a page without an origin", { origin: "null" }, 403],
    ["nothing that tells", {}, 403],
    ["a script with a header of its own", { "connect-protocol-version": "1" }, 200],
  ])("ACC15: from %s a change is answered %#", async (_, headers, status) => {
    const cookie = await logIn();
    const name = `user-${Math.random().toString(36).slice(2)}`;
    const added = await call(
      "AddUser",
      { name, role: "ROLE_VIEWER", password: PASSWORD },
      { ...crumb(cookie), ...headers },
    );
    expect(added.status).toBe(status);
    const list = await call("ListUsers", {}, { authorization: `Bearer ${hub.token}` });
    expect(JSON.stringify(await list.json()).includes(name)).toBe(status === 200);
  });

  test("ACC15: an own page is told by its origin where the browser says no more", async () => {
    const cookie = await logIn();
    expect((await call("ListUsers", {}, { ...crumb(cookie), origin: hub.url })).status).toBe(200);
  });

  test("ACC15: behind a proxy with TLS it is Secure and of this host alone", async () => {
    const proxied = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    const cookie = await logIn(proxied);
    expect(cookie).toMatch(/^__Host-backrest-hub=.*; Secure$/);
    expect((await call("WhoAmI", {}, { ...crumb(cookie), ...own(), ...proxied })).status).toBe(200);
    const plain = { cookie: (crumb(cookie).cookie ?? "").replace("__Host-", "") };
    expect((await call("WhoAmI", {}, { ...plain, ...own(), ...proxied })).status).toBe(401);
  });

  test("ACC15: over the hub's own TLS it is Secure, too", async () => {
    const tls = await startTestHub({
      "tls-cert": TEST_CERT_PATH,
      "tls-key": TEST_CERT_PATH.replace("cert.pem", "key.pem"),
    });
    try {
      await addUserOver(tls);
      const answer = await post(tls, "Login", { username: "ann", password: PASSWORD });
      expect(answer.cookie).toMatch(/^__Host-backrest-hub=.*; HttpOnly; SameSite=Strict; Secure$/);
      const page = { ...crumb(answer.cookie), origin: tls.url };
      expect(await post(tls, "WhoAmI", {}, page)).toMatchObject({ status: 200 });
      expect(await post(tls, "WhoAmI", {}, { ...page, origin: tls.url.replace("https", "http") })).toMatchObject({
        status: 403,
      });
    } finally {
      await tls.close();
    }
  });

  test("ACC15: neither it nor a password travels in clear text from elsewhere", async () => {
    const clear = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "http" };
    const login = await call("Login", { username: "ann", password: PASSWORD }, clear);
    expect([login.status, await login.json()]).toEqual([400, expect.objectContaining({ code: "failed_precondition" })]);
    const cookie = await logIn();
    expect((await call("WhoAmI", {}, { ...crumb(cookie), ...own(), ...clear })).status).toBe(400);
    const named = { ...clear, "x-forwarded-for": "203.0.113.9" };
    expect((await call("WhoAmI", {}, { ...crumb(cookie), ...own(), ...named })).status).toBe(200);
  });
});

/** A call over TLS, whose certificate is for another name. */
function post(
  tls: TestHub,
  rpc: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number | undefined; readonly cookie: string }> {
  return new Promise((resolve, reject) => {
    const url = `${tls.url}/hub.v1.AccessService/${rpc}`;
    const options = { method: "POST", rejectUnauthorized: false, agent: false as const };
    const sending = request(
      url,
      { ...options, headers: { "content-type": "application/json", ...headers } },
      (response) => {
        response.resume().on("end", () => {
          resolve({ status: response.statusCode, cookie: response.headers["set-cookie"]?.[0] ?? "" });
        });
      },
    );
    sending.on("error", reject).end(JSON.stringify(body));
  });
}

async function addUserOver(tls: TestHub): Promise<void> {
  const added = { name: "ann", role: "ROLE_ADMIN", password: PASSWORD };
  expect(await post(tls, "AddUser", added, { authorization: `Bearer ${tls.token}` })).toMatchObject({ status: 200 });
}
