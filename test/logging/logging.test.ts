import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { pino } from "pino";
import { boundedLogger, boundedLoggers, createLogger } from "../../src/logging.js";
import { prettyLine } from "../../src/logging/pretty.js";

const LIMIT = 64 * 1024;

afterEach(() => {
  jest.useRealTimers();
});

describe("the logger", () => {
  test("LOG1: lines are JSON unless a person reads them", () => {
    for (const [logFormat, isTTY, json] of [
      ["auto", false, true],
      ["auto", true, false],
      ["json", true, true],
      ["pretty", false, false],
    ] as const) {
      const { lines, sink } = collect();
      createLogger({ logLevel: "info", logFormat }, Object.assign(sink, { isTTY })).info(
        { peer: "laptop" },
        "connected",
      );
      expect([logFormat, isTTY, lines[0]?.startsWith("{")]).toEqual([logFormat, isTTY, json]);
      expect(lines[0]).toContain("connected");
      expect(lines[0]).toContain("laptop");
    }
  });

  test("LOG2: secrets are blackened at any of three depths", () => {
    const { lines, sink } = collect();
    const logger = createLogger({ logLevel: "info", logFormat: "json" }, sink);
    logger.info({ token: "t0p", a: { authorization: "t0p", b: { password: "t0p" } } }, "call");
    expect(lines[0]).not.toContain("t0p");
    expect(lines[0]?.match(/\[secret\]/g)).toHaveLength(3);
  });

  test("LOG3: what a peer says cannot steer a terminal", () => {
    const line = prettyLine(
      JSON.stringify({ level: "info", time: "2026-01-02T03:04:05.000Z", msg: "a\u001b[2Jb", peer: "x\u001b]0;y\n" }),
    );
    expect(line).toBe('03:04:05 INFO  a [2Jb peer="x\\u001b]0;y\\n"\n');
  });
});

describe("bounded loggers", () => {
  test("LOG4: after 64 KiB in a minute a caller's lines are counted, not written", () => {
    jest.useFakeTimers();
    const { lines, sink } = collect();
    const bounded = boundedLogger(pino({}, sink).child({ session: 1 }), LIMIT);
    for (let i = 0; i < 5_000; i++) bounded.child({ part: "dialect" }).info({ text: "ü".repeat(50), n: 1n }, "refused");
    const written = lines.join("").length;
    expect(Buffer.byteLength(lines.join(""))).toBeLessThanOrEqual(LIMIT);
    expect(written).toBeGreaterThan(LIMIT / 3);
    const before = lines.length;
    jest.advanceTimersByTime(60_001);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      session: 1,
      lines: 5_000 - before,
      msg: expect.stringContaining("left lines out"),
    });
    bounded.info("again");
    expect(lines).toHaveLength(before + 2);
    bounded.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  test("LOG4: errors count with their stacks, and lines below the level cost nothing", () => {
    const { lines, sink } = collect();
    const bounded = boundedLogger(pino({}, sink), LIMIT);
    for (let i = 0; i < 5_000; i++) bounded.debug({ text: "x".repeat(1000) }, "not logged");
    for (let i = 0; i < 2_000; i++) bounded.warn({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    expect(Buffer.byteLength(lines.join(""))).toBeLessThanOrEqual(LIMIT);
    expect(lines.length).toBeGreaterThan(5);
    bounded.close();
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ lines: 2_000 - lines.length + 1 });
  });

  test("LOG5: each address has a budget of its own, and only so many are kept", () => {
    jest.useFakeTimers();
    const { lines, sink } = collect();
    const loggers = boundedLoggers(pino({}, sink), { maxBytesPerMinute: 300, max: 2, name: "address" });
    for (const address of ["a", "a", "a", "b", "c"]) loggers.of(address).info("refused");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { address: "a", msg: "refused" },
      { address: "a", msg: "refused" },
      { address: "b", msg: "refused" },
      { address: "a", lines: 1 },
      { address: "c", msg: "refused" },
    ]);
    loggers.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});

function collect(): { readonly lines: string[]; readonly sink: { write(line: string): void } } {
  const lines: string[] = [];
  return { lines, sink: { write: (line) => void lines.push(line) } };
}
