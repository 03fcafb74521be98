import { describe, expect, test } from "@jest/globals";
import { keptEncoded, nameIn } from "../../web/src/words/addresses.js";
import { errorLine, placesOf } from "../../web/src/words/broken.js";
import { percent } from "../../web/src/words/sizes.js";
import { ago, clock, date, dayNumber, exact, isoTime, moment, near } from "../../web/src/words/times.js";

const NOW = Date.UTC(2026, 10, 30, 12);
const VIENNA = { locale: "en-GB", timeZone: "Europe/Vienna" };
const INT64 = [Number(2n ** 63n - 1n), Number(-(2n ** 63n)), 8.64e15 + 1, -8.64e15 - 1, Number.NaN];

describe("what machines may send", () => {
  test.each(INT64)("BRD137: the time %d, which no calendar has, is said to be none and breaks nothing", (ms) => {
    expect(exact(ms, VIENNA)).toBe("at no known time");
    expect(moment(ms, NOW, VIENNA)).toBe("at no known time");
    expect(near(ms, NOW, VIENNA)).toBe("at no known time");
    expect(date(ms, NOW, VIENNA)).toBe("at no known time");
    expect(clock(ms, VIENNA)).toBe("at no known time");
    expect(dayNumber(ms, VIENNA)).not.toBeNaN();
    expect(isoTime(ms)).toBeUndefined();
    expect(ago(ms, NOW)).not.toBe("");
  });

  test.each([8.64e15, -8.64e15, Date.UTC(9999, 11, 31), 0])("BRD137: the time %d stands in a calendar", (ms) => {
    expect(exact(ms, { ...VIENNA, timeZone: "UTC" })).toMatch(/UTC$/);
    expect(isoTime(ms)).toMatch(/Z$/);
  });

  test("BRD137: a part of one that is no number is none of it", () => {
    expect([Number.NaN, -1, 0.5, 2, Number.POSITIVE_INFINITY].map(percent)).toEqual([
      "0 %",
      "0 %",
      "50 %",
      "100 %",
      "100 %",
    ]);
  });

  test.each(["a%2Fb", "100%", "%E0%A4%A", "a/b?c#d", "名前"])(
    "BRD132: the name %s comes back out of an address",
    (name) => {
      const router = (part: string) => decodeURI(part);
      expect(nameIn(router(keptEncoded(encodeURIComponent(name))))).toBe(name);
    },
  );

  test.each(["%", "%E0%A4%A", "%ff"])("BRD132: no name is in %s", (step) => {
    expect(nameIn(step)).toBeUndefined();
  });
});

describe("the words for what the page fails on", () => {
  test("BRD133: an error is one line of bounded length", () => {
    expect(errorLine(new RangeError("Invalid time value"))).toBe("RangeError: Invalid time value");
    expect(errorLine(new Error("x".repeat(1_000_000))).length).toBeLessThan(310);
    expect(errorLine("thrown")).toBe("thrown");
  });

  test("BRD133: a report says in which parts it was, without addresses", () => {
    const stack = "\n    at SuccessCell (https://hub.example/assets/index-1.js:1:2)\n    at td\n    at Row (x)";
    expect(placesOf(stack)).toBe("SuccessCell < td < Row");
  });
});
