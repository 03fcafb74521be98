import { describe, expect, test } from "@jest/globals";
import { FRESH, nextRetry, type RetryGeneration } from "../../src/client/retry-policy.js";

/** Seconds from the end of each session to the next, for sessions that lasted so many seconds. */
function waits(generation: RetryGeneration, lasted: readonly number[]): number[] {
  let state = FRESH;
  return lasted.map((seconds) => {
    const retry = nextRetry(generation, state, seconds * 1_000);
    state = retry.state;
    return retry.delayMs / 1_000;
  });
}

describe("when a Backrest dials again", () => {
  test.each(["seed", "current"] as const)(
    "PEER1: %s: a host that is down is tried after 60 s, 180 s and so on, up to 33 min",
    (generation) => {
      expect(waits(generation, [0, 0, 0, 0, 0, 0, 0])).toEqual([60, 180, 300, 540, 1_020, 1_980, 1_980]);
    },
  );

  test("PEER1: after a minute or more the seed generation dials at once, the current one after a second", () => {
    expect(waits("seed", [60])).toEqual([0]);
    expect(waits("seed", [7_200])).toEqual([0]);
    expect(waits("current", [60])).toEqual([1]);
    expect(waits("current", [7_200])).toEqual([1]);
  });

  test("PEER1: when that fails, the next comes 180 s later", () => {
    expect(waits("seed", [600, 0])).toEqual([0, 180]);
    expect(waits("current", [600, 0])).toEqual([1, 180]);
  });

  test("PEER1: after a shorter session the rest of the minute is waited for", () => {
    expect(waits("seed", [2.5])).toEqual([57.5]);
    expect(waits("current", [2.5])).toEqual([57.5]);
  });

  test("PEER1: only the current generation forgets earlier endings after a long session", () => {
    expect(waits("seed", [0, 0, 60, 60])).toEqual([60, 180, 240, 480]);
    expect(waits("current", [0, 0, 60, 60])).toEqual([60, 180, 1, 1]);
  });
});
