import { createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { AccessService, type GetSignInResponse } from "../../gen/hub/v1/access_pb.js";
import { addUser, PASSWORD, transportWith } from "../support/callers.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
afterEach(() => hub.close());

const AFAR = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "http" };
const AFAR_HTTPS = { ...AFAR, "x-forwarded-proto": "https" };
const PROXY = { "trusted-proxies": "127.0.0.1", "sso-proxies": "127.0.0.1", "sso-roles": "*=admin" };

async function start(flags: Flags = {}): Promise<void> {
  hub = await startTestHub(flags);
}

async function signIn(headers: Record<string, string> = {}): Promise<Omit<GetSignInResponse, "$typeName">> {
  const answer = await createClient(AccessService, transportWith(hub.url, headers)).getSignIn({});
  return { firstStart: answer.firstStart, singleSignOn: answer.singleSignOn, needsTls: answer.needsTls };
}

describe("how to sign in", () => {
  test("ACC25: is told to strangers; it is a first start until there is a user", async () => {
    await start();
    expect(await signIn()).toEqual({ firstStart: true, singleSignOn: false, needsTls: false });
    await addUser(hub, "ada", "admin");
    expect(await signIn()).toMatchObject({ firstStart: false });
    expect(await signIn({ authorization: "Bearer wrong" })).toMatchObject({ firstStart: false });
  });

  test("ACC25: a proxy for single sign-on is told of", async () => {
    await start(PROXY);
    expect(await signIn()).toMatchObject({ singleSignOn: true });
  });

  test("ACC25: TLS is needed where this very caller's password would be refused", async () => {
    await start({ "trusted-proxies": "127.0.0.1", "allow-clear-text-clients": "203.0.113.0/24" });
    await addUser(hub, "ada", "admin");
    for (const [headers, needsTls] of [
      [{}, false],
      [AFAR, true],
      [AFAR_HTTPS, false],
      [{ ...AFAR, "x-forwarded-for": "203.0.113.9" }, false],
    ] as const) {
      expect(await signIn(headers)).toMatchObject({ needsTls });
      const login = createClient(AccessService, transportWith(hub.url, headers)).login({
        username: "ada",
        password: PASSWORD,
      });
      const answered = await login.then(
        () => true,
        () => false,
      );
      expect(answered).toBe(!needsTls);
    }
  });

  test("ACC25: it is needed behind a proxy that nobody named, too", async () => {
    await start();
    expect(await signIn(AFAR_HTTPS)).toMatchObject({ needsTls: true });
  });
});

describe("secrets of those whom a proxy names", () => {
  test.each([
    ["v1.Backrest/GeneratePairingToken", {}],
    ["v1sync.BackrestSyncStateService/SetRemoteClientConfig", {}],
    ["hub.v1.AccessService/AddUser", { name: "bob", role: "ROLE_VIEWER", password: PASSWORD }],
    ["hub.v1.AccessService/SetUserPassword", { name: "ada", password: PASSWORD }],
    ["hub.v1.AccessService/ChangePassword", { currentPassword: PASSWORD, newPassword: PASSWORD }],
    ["hub.v1.AccessService/CreateAccessToken", { name: "robot", role: "ROLE_VIEWER" }],
    ["hub.v1.PairingService/CreatePairingToken", {}],
    ["hub.v1.PushService/PutSharedRepo", {}],
  ])("PORT20: %s is not served in clear text from another machine, though no token travels", async (rpc, body) => {
    await start(PROXY);
    const call = async (headers: object) => {
      const response = await fetch(`${hub.url}/${rpc}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-user": "ada", ...headers },
        body: JSON.stringify(body),
      });
      return response.text();
    };
    expect(await call(AFAR)).toMatch(/would travel in clear text/);
    expect(await call(AFAR_HTTPS)).not.toMatch(/clear text/);
    expect(await call({})).not.toMatch(/clear text/);
  });
});
