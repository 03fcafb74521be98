import { describe, expect, test } from "@jest/globals";
import { GuessLimit } from "../../src/connections/guess-limit.js";

describe("the limit on guesses", () => {
  test("PAIR9: an address has 10 tries in a minute, and the next when the oldest is a minute old", () => {
    const limit = new GuessLimit();
    const tries = Array.from({ length: 12 }, (_, i) => limit.take("192.0.2.1", i * 1000));
    expect(tries).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
    expect(limit.take("192.0.2.1", 59_999)).toBe(false);
    expect(limit.take("192.0.2.1", 60_000)).toBe(true);
    expect(limit.take("192.0.2.1", 60_999)).toBe(false);
    expect(limit.take("192.0.2.1", 61_000)).toBe(true);
  });

  test("PAIR9: what is refused does not lengthen the wait", () => {
    const limit = new GuessLimit();
    for (let at = 0; at < 60_000; at += 100) limit.take("192.0.2.1", at);
    expect(limit.take("192.0.2.1", 60_000)).toBe(true);
  });

  test("PAIR9: a /64 of IPv6 is one address, and IPv4 in its IPv6 form is IPv4", () => {
    const limit = new GuessLimit();
    for (let i = 0; i < 10; i++) limit.take(`2001:db8:0:1::${i.toString(16)}`, 0);
    expect(limit.take("2001:db8:0:1:ffff::1", 0)).toBe(false);
    expect(limit.take("2001:db8:0:2::1", 0)).toBe(true);
    for (let i = 0; i < 10; i++) limit.take("192.0.2.1", 0);
    expect(limit.take("::ffff:192.0.2.1", 0)).toBe(false);
  });

  test("PAIR9: a try with a right secret is given back", () => {
    const limit = new GuessLimit();
    for (let i = 0; i < 100; i++) {
      expect(limit.take("192.0.2.1", i)).toBe(true);
      limit.giveBack("192.0.2.1");
    }
  });

  test("PAIR9: a million addresses cost no more than the number that is remembered", () => {
    const limit = new GuessLimit({ tries: 10, windowMs: 60_000, maxAddresses: 100 });
    for (let i = 0; i < 1_000_000; i++) limit.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, i / 1000);
    expect(limit.size).toBe(100);
    for (let i = 0; i < 20; i++) limit.take("10.15.66.63", 1000);
    expect(limit.take("10.15.66.63", 1000)).toBe(false);
  });
});
