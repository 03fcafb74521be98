import { afterEach, describe, expect, test } from "@jest/globals";
import { adminOf } from "../support/callers.js";
import { startTestHub, type Flags, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
afterEach(() => hub.close());

async function start(flags: Flags = {}): Promise<void> {
  hub = await startTestHub(flags);
}

function call(rpc: string, headers: Record<string, string>, body = "{}"): Promise<Response> {
  return fetch(`${hub.url}/${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

const ANN = { "x-forwarded-user": "ann@example.org", "x-forwarded-groups": "staff,ops" };
const SSO = { "sso-proxies": "127.0.0.1", "sso-roles": "ops=operator,admins=admin" };

describe("single sign-on", () => {
  test("ACC16: is off unless a proxy is named, and nobody else is believed", async () => {
    await start();
    expect((await call("hub.v1.AccessService/WhoAmI", ANN)).status).toBe(401);
    await hub.close();
    await start({ ...SSO, "sso-proxies": "10.0.0.7" });
    expect((await call("hub.v1.AccessService/WhoAmI", ANN)).status).toBe(401);
    const forged = { ...ANN, "x-forwarded-for": "10.0.0.7", "x-real-ip": "10.0.0.7" };
    expect((await call("hub.v1.AccessService/WhoAmI", forged)).status).toBe(401);
  });

  test("ACC16: whom a named proxy names has the role of its groups, and is in the audit log", async () => {
    await start(SSO);
    const who = await call("hub.v1.AccessService/WhoAmI", ANN);
    expect(await who.json()).toEqual({
      caller: { name: "ann@example.org", kind: "CALLER_KIND_PROXY", role: "ROLE_OPERATOR" },
    });
    await call("hub.v1.PeersService/ApprovePeer", ANN, JSON.stringify({ keyid: `ecdsa.${"A".repeat(43)}` }));
    const { events } = await adminOf(hub).listAuditEvents({ caller: "ann@example.org" });
    expect(events).toMatchObject([{ action: "hub.v1.PeersService/ApprovePeer", outcome: "not_found" }]);
    expect((await call("hub.v1.AccessService/ListUsers", ANN)).status).toBe(403);
    expect((await call("hub.v1.HubService/GetStatus", { "x-forwarded-user": "bob" })).status).toBe(403);
  });

  test("ACC16: a page of another site gets nothing through the proxy's login", async () => {
    await start(SSO);
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
      expect((await call("hub.v1.AccessService/WhoAmI", { ...ANN, ...headers })).status).toBe(403);
    }
    expect((await call("hub.v1.AccessService/WhoAmI", { ...ANN, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  test("ACC16: whom it does not name comes with credentials of its own; headers may have other names", async () => {
    await start({ ...SSO, "sso-user-header": "Remote-User", "sso-groups-header": "Remote-Groups" });
    expect((await call("hub.v1.AccessService/WhoAmI", ANN)).status).toBe(401);
    expect((await call("hub.v1.AccessService/WhoAmI", { authorization: `Bearer ${hub.token}` })).status).toBe(200);
    const named = { "remote-user": "ann", "remote-groups": "admins" };
    expect((await call("hub.v1.AccessService/ListUsers", named)).status).toBe(200);
  });
});
