import { describe, expect, test } from "@jest/globals";
import { quietMs, throttleDelayMs } from "../../src/fleet/throttle.js";

const MIB = 1 << 20;
const delay = (peerBytes: number, peerMaxBytes = 64 * MIB, totalMaxBytes = 256 * MIB) =>
  throttleDelayMs({ peerBytes, peerMaxBytes, totalMaxBytes });

describe("throttle", () => {
  test("THR3: within half of its own limit and a quarter of the whole a session is left alone", () => {
    expect(delay(0)).toBe(0);
    expect(delay(32 * MIB)).toBe(0);
    expect(delay(32 * MIB, 128 * MIB, 128 * MIB)).toBe(0);
    expect(delay(33 * MIB, 128 * MIB, 128 * MIB)).toBeGreaterThan(0);
  });

  test("THR3: above that the delay grows with what lies above it, from 100 ms to 5 s", () => {
    expect(delay(32 * MIB + 1)).toBe(100);
    expect(delay(48 * MIB)).toBe(2_550);
    expect(delay(64 * MIB)).toBe(5_000);
    expect(delay(1_000 * MIB)).toBe(5_000);
  });

  test("THR2: what a peer asks for is bounded at both ends", () => {
    expect([-(2n ** 63n), -1n, 0n, 1n, 59_999n, 60_001n, 2n ** 63n - 1n].map(quietMs)).toEqual([
      0, 0, 0, 1, 59_999, 60_000, 60_000,
    ]);
  });
});
