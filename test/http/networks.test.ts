import { expect, test } from "@jest/globals";
import { isLoopback, ownerOf, parseNetworks, plainAddress } from "../../src/networks.js";

test("PORT18: networks contain their addresses, of both families and wrapped in each other", () => {
  const networks = parseNetworks(["10.8.0.0/24", " 192.0.2.7 ", "fd00::/8", "::ffff:203.0.113.0/24"]);
  const inside = ["10.8.0.1", "::ffff:10.8.0.255", "192.0.2.7", "fd12::1", "fd12::1%eth0", "203.0.113.9"];
  const outside = ["10.8.1.1", "192.0.2.8", "fe80::1", "::1", "", "unknown", "10.8.0", undefined];
  expect(inside.filter((address) => !networks.contains(address))).toEqual([]);
  expect(outside.filter((address) => networks.contains(address))).toEqual([]);
  expect(parseNetworks([]).empty).toBe(true);
  expect(parseNetworks(["0.0.0.0/0"]).contains("8.8.8.8")).toBe(true);
});

test.each([
  "10.8.0.0/33",
  "10.8.0/24",
  "fd00::/129",
  "x",
  "",
  "10.8.0.0/24/1",
  "10.8.0.0/",
  "10.8.0.0/-1",
  "10.8.0.0/1e1",
])("PORT18: %j is no network, and the refusal names it", (entry) => {
  expect(() => parseNetworks([entry])).toThrow(`"${entry}" is not a network`);
});

test("PORT18: one party owns an IPv4 address, or a /64", () => {
  expect(ownerOf("192.0.2.7")).toBe("192.0.2.7");
  expect(ownerOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(ownerOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(ownerOf("2001:0db8:0001:0002::9")).toBe(ownerOf("2001:db8:1:2:ffff::1"));
  expect(ownerOf("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(ownerOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
});

test("PORT18: loopback is this machine only", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].every(isLoopback)).toBe(true);
  expect(["128.0.0.1", "::2", "10.0.0.1", "0.0.0.0"].some(isLoopback)).toBe(false);
  expect(plainAddress("::ffff:10.0.0.1")).toBe("10.0.0.1");
});
