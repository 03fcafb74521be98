import { describe, expect, test } from "@jest/globals";
import { LogBudget, LogCollector } from "../../src/session/log-collector.js";
import { expiryOf, outcomeOf } from "../../src/session/log-outcome.js";
import { LOG_MAX_BYTES } from "../../src/store/logs.js";

const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const WANTED = { operationId: 1n, originalId: 7n, ref: "a", forReader: false, operationEnded: true };

describe("what becomes of a log", () => {
  test("LOGS6: the peer's expiry counts within bounds, whatever number it is", () => {
    expect(expiryOf(0n, NOW)).toBe(NOW + 30 * DAY_MS);
    expect(expiryOf(BigInt(NOW / 1000) + 60n, NOW)).toBe(NOW + 60_000);
    expect(expiryOf(2n ** 63n - 1n, NOW)).toBe(NOW + 365 * DAY_MS);
    for (const past of [1n, -1n, -(2n ** 63n)]) expect(expiryOf(past, NOW)).toBeLessThan(NOW);
  });

  test("LOGS5: only what came whole of an operation that had ended is never asked for again", () => {
    const received = { content: Uint8Array.of(1), isShort: false };
    expect(outcomeOf(WANTED, { how: "whole" }, received)).toEqual({ content: received.content, complete: true });
    const running = { ...WANTED, operationEnded: false };
    expect(outcomeOf(running, { how: "whole" }, received)).toEqual({ content: received.content, complete: false });
    for (const how of ["silent", "left"] as const) {
      expect(outcomeOf(WANTED, { how }, received)).toMatchObject({ content: received.content, complete: false });
    }
    expect(outcomeOf(WANTED, { how: "foreign" }, received).content).toHaveLength(0);
  });

  test("LOGS10: a log that is cut ends with words and takes 4 MiB with them", () => {
    const { content, complete } = outcomeOf(
      WANTED,
      { how: "cut" },
      { content: new Uint8Array(LOG_MAX_BYTES), isShort: false },
    );
    expect([content.byteLength, complete]).toEqual([LOG_MAX_BYTES, true]);
    expect(Buffer.from(content.subarray(-80)).toString()).toContain("was cut");
  });

  test("LOGS10: logs that are received at the same time share one budget; what finds no room makes its log a part", () => {
    const budget = new LogBudget(10_000);
    const one = new LogCollector(budget);
    const two = new LogCollector(budget);
    for (let n = 0; n < 6_000; n++) one.add(Uint8Array.of(n));
    two.add(new Uint8Array(5_000));
    two.add(new Uint8Array(1));
    expect([one.isShort, two.isShort, two.content().byteLength]).toEqual([false, true, 0]);
    expect(one.content()).toEqual(Uint8Array.from({ length: 6_000 }, (_, n) => n));
    expect(outcomeOf(WANTED, { how: "whole" }, { content: two.content(), isShort: true }).complete).toBe(false);
    one.release();
    const three = new LogCollector(budget);
    three.add(new Uint8Array(10_000));
    expect(three.isShort).toBe(false);
  });
});
