import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { firstDay, morningOf, PAGE_SNOOZES, SHEET_SNOOZES } from "../../web/src/machine/snooze-times.js";

const TIMES = new URL("../../web/src/machine/snooze-times.js", import.meta.url);

function local(ms: number): string {
  return new Date(ms).toString().slice(4, 21);
}

/** What is offered at a moment, to a reader in Vienna: a process has one time zone, from its start. */
async function offeredInVienna(at: string): Promise<unknown> {
  const script = `
    const { firstDay, morningOf, PAGE_SNOOZES, SHEET_SNOOZES } = await import(${JSON.stringify(TIMES)});
    const now = Date.parse(${JSON.stringify(at)});
    const until = (times) => times.map(({ untilMs }) => new Date(untilMs(now)).toISOString());
    const first = firstDay(now);
    const picked = new Date(morningOf(first, now)).toISOString();
    console.log(JSON.stringify({ sheet: until(SHEET_SNOOZES), page: until(PAGE_SNOOZES), first, picked }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TZ: "Europe/Vienna" },
  });
  return JSON.parse(stdout);
}

describe("until when a machine is snoozed", () => {
  test("BRD34: for an hour, or until the morning of a day", () => {
    const now = new Date(2026, 10, 23, 21, 30).getTime();
    const until = (times: typeof PAGE_SNOOZES) => times.map(({ words, untilMs }) => [words, local(untilMs(now))]);
    expect(until(PAGE_SNOOZES)).toEqual([
      ["1 h", "Nov 23 2026 22:30"],
      ["tomorrow", "Nov 24 2026 08:00"],
      ["1 week", "Nov 30 2026 08:00"],
    ]);
    expect(until(SHEET_SNOOZES)).toEqual([
      ["tomorrow", "Nov 24 2026 08:00"],
      ["3 days", "Nov 26 2026 08:00"],
      ["a week", "Nov 30 2026 08:00"],
      ["a month", "Dec 23 2026 08:00"],
    ]);
  });

  test("BRD34: a day is picked from tomorrow on, and none is one that is not ahead", () => {
    const now = new Date(2026, 10, 23, 21, 30).getTime();
    expect(firstDay(now)).toBe("2026-11-24");
    expect(morningOf("2026-12-01", now)).toBe(new Date(2026, 11, 1, 8).getTime());
    expect(["", "2026-11-23", "2026-02-31x", "2037-01-01"].map((day) => morningOf(day, now))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("BRD34: tomorrow is the next day also where a day has 25 hours, or 23", async () => {
    // Half past midnight of the day on which summer time ends: 24 hours later it is still that day.
    expect(await offeredInVienna("2026-10-25T00:30:00+02:00")).toEqual({
      sheet: ["2026-10-26", "2026-10-28", "2026-11-01", "2026-11-24"].map((day) => `${day}T07:00:00.000Z`),
      page: ["2026-10-24T23:30:00.000Z", "2026-10-26T07:00:00.000Z", "2026-11-01T07:00:00.000Z"],
      first: "2026-10-26",
      picked: "2026-10-26T07:00:00.000Z",
    });
    // Half past eleven before the day on which it begins: 24 hours later that day is over.
    expect(await offeredInVienna("2026-03-28T23:30:00+01:00")).toEqual({
      sheet: ["2026-03-29", "2026-03-31", "2026-04-04", "2026-04-27"].map((day) => `${day}T06:00:00.000Z`),
      page: ["2026-03-28T23:30:00.000Z", "2026-03-29T06:00:00.000Z", "2026-04-04T06:00:00.000Z"],
      first: "2026-03-29",
      picked: "2026-03-29T06:00:00.000Z",
    });
  });
});
