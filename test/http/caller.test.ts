import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "@jest/globals";
import { type Caller, findCaller } from "../../src/http/caller.js";
import { parseNetworks } from "../../src/networks.js";

const trustedProxies = parseNetworks(["10.0.0.1", "10.0.0.2", "127.0.0.1"]);

function caller(peer: string, headers: IncomingHttpHeaders = {}, tls = false): Caller {
  return findCaller({ peer, tls, headers, trustedProxies });
}

test("PORT19: a trusted proxy names the caller; the right-most address that is no proxy counts", () => {
  expect(caller("10.0.0.1", { "x-forwarded-for": "1.1.1.1, 203.0.113.5, 10.0.0.2" }).address).toBe("203.0.113.5");
  expect(caller("10.0.0.1", { "x-forwarded-for": "[2001:db8::1]:4711" }).address).toBe("2001:db8::1");
  expect(caller("10.0.0.1", { "x-forwarded-for": "203.0.113.5:80" }).address).toBe("203.0.113.5");
  expect(caller("10.0.0.1", { forwarded: 'for=1.1.1.1, for="[2001:db8::1]:47";proto=https' })).toEqual({
    address: "2001:db8::1",
    encrypted: true,
    loopback: false,
  });
});

test("PORT19: a trusted proxy says whether its caller used https; every proxy on the way must have been", () => {
  expect(caller("10.0.0.1", { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https" }).encrypted).toBe(true);
  expect(caller("10.0.0.1", { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https, http" }).encrypted).toBe(
    false,
  );
  expect(caller("10.0.0.1", { "x-forwarded-for": "1.1.1.1" }, true).encrypted).toBe(false);
});

test("PORT19: nobody else's headers change who called", () => {
  const headers = {
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "https",
    forwarded: "for=127.0.0.1;proto=https",
  };
  expect(caller("203.0.113.9", headers)).toEqual({ address: "203.0.113.9", encrypted: false, loopback: false });
  expect(caller("203.0.113.9", headers, true).encrypted).toBe(true);
});

test("PORT19: what comes from this machine through a proxy is not local", () => {
  expect(caller("127.0.0.1").loopback).toBe(true);
  expect(caller("127.0.0.1", { "x-forwarded-for": "127.0.0.1" }).loopback).toBe(false);
  expect(caller("127.0.0.1", { "x-forwarded-proto": "https" }).loopback).toBe(false);
  expect(caller("127.0.0.5", { "x-forwarded-for": "8.8.8.8" })).toMatchObject({
    address: "127.0.0.5",
    loopback: false,
  });
});
