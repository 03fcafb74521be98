import { describe, expect, test } from "@jest/globals";
import { crossSiteRefusal } from "../../src/access/same-origin.js";
import { userOfProxy } from "../../src/access/single-sign-on.js";
import { parseNetworks } from "../../src/networks.js";
import { readSessionCookie, sessionCookie } from "../../src/session-cookie.js";

const URL_CALLED = "http://hub.example:9899/hub.v1.AccessService/WhoAmI";

describe("requests to which a browser adds the login", () => {
  test.each([
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "same-origin", origin: "https://evil.example" }, true],
    [{ "sec-fetch-site": "none" }, true],
    [{ "sec-fetch-site": "cross-site", origin: "http://hub.example:9899" }, false],
    [{ "sec-fetch-site": "same-site", "connect-protocol-version": "1" }, false],
    [{ origin: "http://hub.example:9899" }, true],
    [{ origin: "https://hub.example:9899" }, false],
    [{ origin: "http://hub.example" }, false],
    [{ origin: "http://evil.example", "x-requested-with": "x" }, false],
    [{ origin: "null", "connect-protocol-version": "1" }, false],
    [{ "connect-protocol-version": "1" }, true],
    [{ "x-grpc-web": "1" }, true],
    [{}, false],
  ])("ACC15: %j is taken for the hub's own page: %s", (headers, own) => {
    const refusal = crossSiteRefusal(new Headers(headers), { url: URL_CALLED, encrypted: false, needsProof: true });
    expect(refusal === undefined).toBe(own);
  });

  test("ACC15: over TLS the origin is https, whatever the hub itself was called by", () => {
    const headers = new Headers({ origin: "https://hub.example" });
    const called = { url: "http://hub.example/x", needsProof: true };
    expect(crossSiteRefusal(headers, { ...called, encrypted: true })).toBeUndefined();
    expect(crossSiteRefusal(headers, { ...called, encrypted: false })).toMatchObject({ code: "permission_denied" });
  });

  test("ACC15: the cookie is HttpOnly, SameSite=Strict, and Secure with the prefix of this host over TLS", () => {
    expect(sessionCookie("a.b.c", 60, true)).toBe(
      "__Host-backrest-hub=a.b.c; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure",
    );
    expect(sessionCookie("a.b.c", 60, false)).toBe("backrest-hub=a.b.c; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
    const both = "x=1; backrest-hub=plain;__Host-backrest-hub=secure";
    expect([readSessionCookie(both, true), readSessionCookie(both, false)]).toEqual(["secure", "plain"]);
    expect([readSessionCookie("backrest-hub=", false), readSessionCookie(null, true)]).toEqual([undefined, undefined]);
  });
});

describe("the word of a proxy", () => {
  const settings = {
    proxies: parseNetworks(["10.0.0.7"]),
    userHeader: "x-forwarded-user",
    groupsHeader: "x-forwarded-groups",
    roles: [
      { group: "staff", role: "viewer" },
      { group: "backup-admins", role: "admin" },
      { group: "helpdesk", role: "operator" },
    ] as const,
  };
  const judge = (headers: Record<string, string>, peer = "10.0.0.7") =>
    userOfProxy(settings, new Headers(headers), peer);

  test("ACC16: counts only from the named addresses", () => {
    const headers = { "x-forwarded-user": "ann", "x-forwarded-groups": "staff" };
    expect(judge(headers)).toEqual({ name: "ann", kind: "proxy", role: "viewer" });
    for (const peer of ["10.0.0.8", "127.0.0.1", "::1", ""]) expect(judge(headers, peer)).toBeUndefined();
    expect(userOfProxy({ ...settings, proxies: parseNetworks([]) }, new Headers(headers), "10.0.0.7")).toBeUndefined();
  });

  test("ACC16: of several groups the one that may most counts, and in none is nobody", () => {
    for (const groups of ["staff,backup-admins,helpdesk", "helpdesk | backup-admins", "backup-admins"]) {
      expect(judge({ "x-forwarded-user": "ann", "x-forwarded-groups": groups })).toMatchObject({ role: "admin" });
    }
    for (const groups of ["", "backup", "Staff"]) {
      expect(judge({ "x-forwarded-user": "ann", "x-forwarded-groups": groups })).toMatchObject({
        code: "permission_denied",
      });
    }
    const everybody = { ...settings, roles: [{ group: "*", role: "viewer" }] as const };
    expect(userOfProxy(everybody, new Headers({ "x-forwarded-user": "ann" }), "10.0.0.7")).toMatchObject({
      role: "viewer",
    });
  });

  test("ACC16: no user is nobody, and two users in one header are refused", () => {
    expect(judge({ "x-forwarded-groups": "backup-admins" })).toBeUndefined();
    for (const name of ["mallory, ann", "a b", "a".repeat(129)]) {
      expect(judge({ "x-forwarded-user": name, "x-forwarded-groups": "staff" })).toMatchObject({
        code: "unauthenticated",
      });
    }
  });
});
