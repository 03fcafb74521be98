import { describe, expect, test } from "@jest/globals";
import { ago, dayNumber, duration, exact, moment, near, span } from "../../web/src/words/times.js";
import type { Where } from "../../web/src/words/where.js";

const VIENNA: Where = { locale: "en-GB", timeZone: "Europe/Vienna" };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, 12:00 in Vienna. */
const NOW = Date.UTC(2026, 10, 23, 11);

describe("times in words", () => {
  test.each([
    [0, "0 s"],
    [59_999, "59 s"],
    [MINUTE, "1 min"],
    [59 * MINUTE + 59_999, "59 min"],
    [HOUR, "1 h"],
    [47 * HOUR + 59 * MINUTE, "47 h"],
    [48 * HOUR, "2 d"],
    [12 * DAY + 23 * HOUR, "12 d"],
    [-5, "0 s"],
  ])("BRD1: a span of %d ms is %s: one unit, rounded down", (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  test.each([
    [-10_000, "just now"],
    [59_999, "just now"],
    [24 * MINUTE, "24 min ago"],
    [30 * HOUR, "30 h ago"],
  ])("BRD1: what was %d ms before now was %s", (ms, words) => {
    expect(ago(NOW - ms, NOW)).toBe(words);
  });

  test.each([
    [400, "400 ms"],
    [40_000, "40 s"],
    [7 * MINUTE, "7 min"],
    [59 * MINUTE + 59_000, "1 h"],
    [100 * MINUTE, "1 h 40 min"],
    [50 * HOUR, "2 d 2 h"],
  ])("BRD1: what took %d ms took %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test("BRD1: what is ahead is named by its day, in the reader's zone", () => {
    expect(near(NOW + 30 * MINUTE, NOW, VIENNA)).toBe("12:30");
    expect(near(Date.UTC(2026, 10, 24, 2), NOW, VIENNA)).toBe("tomorrow, 03:00");
    expect(near(Date.UTC(2026, 10, 29, 3), NOW, VIENNA)).toBe("Sun, 04:00");
    expect(near(Date.UTC(2026, 11, 13, 3), NOW, VIENNA)).toBe("13 Dec");
    expect(near(Date.UTC(2027, 0, 3, 3), NOW, VIENNA)).toBe("3 Jan 2027");
    expect(near(Date.UTC(2026, 10, 22, 21, 10), NOW, VIENNA)).toBe("yesterday, 22:10");
  });

  test("BRD1: a moment has its day and its time, and its year where that is another one", () => {
    expect(moment(Date.UTC(2026, 10, 23, 6), NOW, VIENNA)).toBe("today at 07:00");
    expect(moment(Date.UTC(2026, 10, 22, 6), NOW, VIENNA)).toBe("yesterday at 07:00");
    expect(moment(Date.UTC(2026, 10, 21, 11, 31), NOW, VIENNA)).toBe("Sat 21 Nov, 12:31");
    expect(moment(Date.UTC(2025, 10, 21, 11, 31), NOW, VIENNA)).toBe("Fri 21 Nov 2025, 12:31");
  });

  test("BRD1: the exact time has its zone, and is in the reader's language", () => {
    expect(exact(NOW, VIENNA)).toBe("Mon, 23 Nov 2026, 12:00:00 CET");
    expect(exact(NOW, { locale: "de-AT", timeZone: "Europe/Vienna" })).toMatch(/^Mo\., 23\. Nov\. 2026, 12:00:00 MEZ$/);
  });

  test("BRD1: the days of a reader change at midnight where they are, also when clocks change", () => {
    const beforeMidnight = Date.UTC(2026, 10, 22, 22, 59);
    expect(dayNumber(beforeMidnight + MINUTE, VIENNA)).toBe(dayNumber(beforeMidnight, VIENNA) + 1);
    // The day on which clocks go back has 25 hours.
    const sunday = Date.UTC(2026, 9, 24, 22);
    expect(dayNumber(sunday + 24 * HOUR, VIENNA)).toBe(dayNumber(sunday, VIENNA));
    expect(dayNumber(sunday + 25 * HOUR, VIENNA)).toBe(dayNumber(sunday, VIENNA) + 1);
    expect(dayNumber(NOW, { timeZone: "Pacific/Kiritimati" })).toBe(dayNumber(NOW, { timeZone: "UTC" }) + 1);
  });
});
