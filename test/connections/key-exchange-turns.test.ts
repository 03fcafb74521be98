import { describe, expect, test } from "@jest/globals";
import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { KeyExchangeTurns } from "../../src/connections/key-exchange-turns.js";
import { REAL_CLOCK, TURN_LIMITS, type TurnClock } from "../../src/connections/turn-limits.js";

/** Time that passes when it is told to. */
class TestClock implements TurnClock {
  #nowMs = 1_000;
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
    }
    this.#nowMs = untilMs;
  }
}

interface Taken {
  readonly address: string;
  readonly atMs: number;
  readonly deadlineMs: number;
}

class Bench {
  readonly clock = new TestClock();
  readonly turns: KeyExchangeTurns;
  readonly taken: Taken[] = [];
  readonly refused: { readonly address: string; readonly code: string }[] = [];

  constructor(limits: Partial<typeof TURN_LIMITS> = {}) {
    this.turns = new KeyExchangeTurns({ ...TURN_LIMITS, ...limits }, this.clock);
  }

  take(address: string, times = 1, signal?: AbortSignal): void {
    for (let time = 0; time < times; time++) {
      this.turns.take(address, signal).then(
        ({ deadlineMs }) => this.taken.push({ address, atMs: deadlineMs - TURN_LIMITS.deadlineMs, deadlineMs }),
        (reason: { code: string }) => this.refused.push({ address, code: reason.code }),
      );
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.pass(ms);
    await settled();
  }

  of(address: string): number {
    return this.taken.filter((each) => each.address === address).length;
  }
}

describe("the turns of key exchanges", () => {
  test("TURN1: one address has 50 a second; the rest waits its turn and is not refused", async () => {
    const bench = new Bench();
    bench.take("10.0.0.1", 120);
    await settled();
    expect(bench.taken).toHaveLength(50);
    await bench.pass(999);
    expect(bench.taken).toHaveLength(50);
    await bench.pass(1);
    expect(bench.taken).toHaveLength(100);
    await bench.pass(1_000);
    expect(bench.taken).toHaveLength(120);
    expect(bench.refused).toEqual([]);
  });

  test("TURN1: an IPv6 /64 is one address, an IPv4 address in IPv6 form is itself", async () => {
    const bench = new Bench();
    for (let host = 1; host <= 60; host++) bench.take(`2001:db8::${host.toString(16)}`);
    bench.take("10.0.0.1", 30);
    bench.take("::ffff:10.0.0.1", 30);
    bench.take("2001:db8:0:1::1", 10);
    await settled();
    expect(bench.taken.filter(({ address }) => address.startsWith("2001:db8::"))).toHaveLength(50);
    expect(bench.of("10.0.0.1") + bench.of("::ffff:10.0.0.1")).toBe(50);
    expect(bench.of("2001:db8:0:1::1")).toBe(10);
  });

  test("TURN2: all addresses have 150 a second, in turns", async () => {
    const bench = new Bench();
    for (let host = 1; host <= 4; host++) bench.take(`10.0.0.${host}`, 50);
    await settled();
    expect(bench.taken).toHaveLength(150);
    await bench.pass(1_000);
    expect(bench.taken).toHaveLength(200);
    bench.taken.length = 0;
    await bench.pass(2_000);
    bench.take("10.0.0.1", 500);
    for (let host = 10; host < 100; host++) bench.take(`10.0.1.${host}`, 2);
    await bench.pass(1_000);
    // One that sends hundreds takes one turn in a round, like those that send two.
    expect(bench.taken.length).toBeGreaterThanOrEqual(230);
    expect(bench.taken.filter(({ address }) => address.startsWith("10.0.1."))).toHaveLength(180);
  });

  test("TURN3: after 20 failures an address has one a second, until it has not failed for ten minutes", async () => {
    const bench = new Bench();
    for (let time = 0; time < 19; time++) bench.turns.failed("10.0.0.1");
    bench.take("10.0.0.1", 2);
    await settled();
    expect(bench.of("10.0.0.1")).toBe(2);
    await bench.pass(2_000);
    bench.turns.failed("10.0.0.1");
    bench.take("10.0.0.1", 5);
    bench.take("10.0.0.2", 5);
    await settled();
    expect([bench.of("10.0.0.1"), bench.of("10.0.0.2")]).toEqual([3, 5]);
    await bench.pass(3_000);
    expect(bench.of("10.0.0.1")).toBe(6);
    await bench.pass(600_000);
    bench.take("10.0.0.1", 5);
    await settled();
    expect(bench.of("10.0.0.1")).toBe(12);
  });

  test("TURN4: nobody waits longer than 20 s, and the 10 s begin with the turn", async () => {
    const bench = new Bench({ perAddress: 1 });
    bench.take("10.0.0.1", 30);
    await bench.pass(25_000);
    expect(bench.taken).toHaveLength(20);
    expect(bench.refused).toEqual(Array.from({ length: 10 }, () => ({ address: "10.0.0.1", code: "unavailable" })));
    expect(bench.taken.map(({ deadlineMs }) => deadlineMs)).toEqual(
      Array.from({ length: 20 }, (_, turn) => 1_000 + turn * 1_000 + 10_000),
    );
    expect([bench.turns.waiting, bench.clock.timers]).toEqual([0, 0]);
  });

  test("TURN5: at most 2,000 wait; where it is full the address with the most gives way", async () => {
    const bench = new Bench();
    bench.take("10.0.0.1", 2_060);
    await settled();
    expect(bench.turns.waiting).toBe(2_000);
    expect(bench.refused).toHaveLength(10);
    bench.take("10.0.0.2", 60);
    await settled();
    expect(bench.of("10.0.0.2")).toBe(50);
    expect(bench.turns.waiting).toBe(2_000);
    expect(bench.refused.every(({ address }) => address === "10.0.0.1")).toBe(true);
    bench.turns.close();
  });

  test("TURN6: who leaves loses its place at once, and no listener or timer is left", async () => {
    const bench = new Bench({ perAddress: 1 });
    const left = new AbortController();
    bench.take("10.0.0.1");
    bench.take("10.0.0.1", 3, left.signal);
    await settled();
    left.abort();
    await settled();
    expect(bench.refused.map(({ code }) => code)).toEqual(["canceled", "canceled", "canceled"]);
    expect([bench.turns.waiting, bench.clock.timers]).toEqual([0, 0]);
    bench.take("10.0.0.1", 1, left.signal);
    await settled();
    expect(bench.refused).toHaveLength(4);
  });

  test("TURN6: closing tells those who wait and leaves no timer", async () => {
    const bench = new Bench({ perAddress: 1 });
    bench.take("10.0.0.1", 3);
    await settled();
    bench.turns.close();
    await settled();
    expect(bench.refused.map(({ code }) => code)).toEqual(["unavailable", "unavailable"]);
    expect([bench.turns.waiting, bench.clock.timers]).toEqual([0, 0]);
  });

  test("TURN7: whatever comes, no second has more turns than it may, and everybody gets an answer", async () => {
    const steps = array(
      record({
        address: constantFrom("10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8:1::1"),
        times: integer({ min: 1, max: 9 }),
        passMs: integer({ min: 0, max: 700 }),
      }),
      { maxLength: 40 },
    );
    const benches: { bench: Bench; asked: number }[] = [];
    assert(
      property(steps, (each) => {
        const bench = new Bench({ perAddress: 4, inAll: 7, waiting: 12, waitMs: 3_000 });
        benches.push({ bench, asked: each.reduce((sum, { times }) => sum + times, 0) });
        for (const { address, times, passMs } of each) {
          bench.take(address, times);
          bench.clock.pass(passMs);
        }
        bench.clock.pass(5_000);
        expect([bench.turns.waiting, bench.clock.timers]).toEqual([0, 0]);
      }),
      { seed: 20_261_125, numRuns: 200 },
    );
    await settled();
    for (const { bench, asked } of benches) {
      expect(bench.taken.length + bench.refused.length).toBe(asked);
      expectRate(bench.taken, 7);
      for (const address of new Set(bench.taken.map((each) => each.address))) {
        expectRate(
          bench.taken.filter((each) => each.address === address),
          4,
        );
      }
    }
  });

  test("TURN8: addresses are forgotten, and their number is bounded", async () => {
    const bench = new Bench({ addresses: 100, inAll: 1_000_000 });
    for (let host = 0; host < 2_000; host++) {
      const address = `10.1.${host >> 8}.${host & 255}`;
      bench.turns.failed(address);
      bench.take(address);
    }
    await settled();
    expect(bench.taken).toHaveLength(2_000);
    expect(bench.turns.addresses).toBeLessThanOrEqual(100);
  });

  test("TURN9: the real clock serves who waits", async () => {
    const turns = new KeyExchangeTurns({ ...TURN_LIMITS, perAddress: 1 }, REAL_CLOCK);
    const startedMs = performance.now();
    await turns.take("10.0.0.1");
    await turns.take("10.0.0.1");
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(990);
    turns.close();
  });
});

function expectRate(taken: readonly Taken[], perSecond: number): void {
  const times = taken.map(({ atMs }) => atMs).sort((a, b) => a - b);
  for (let at = perSecond; at < times.length; at++) {
    expect((times[at] ?? 0) - (times[at - perSecond] ?? 0)).toBeGreaterThanOrEqual(1_000);
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
