import { describe, expect, test } from "@jest/globals";
import type { CatchUpLimits } from "../../src/dialect/catch-up.js";
import {
  beginCatchUp,
  catchUpTick,
  passEnded,
  resourcesCame,
  type SeedEffect,
  type SeedState,
  somethingCame,
} from "../../src/dialect/seed-catch-up.js";

const LIMITS: CatchUpLimits = { fenceTimeoutMs: 30_000, fullPassIntervalMs: 86_400_000, passTimeoutMs: 3_600_000 };

/**
 * A client: it answers requests in order, and greets once, at any moment. Rows come at once behind the request; the
 * pass may end only when all rows were there.
 */
function play(greetAt: number): { rowsWhenEnded: boolean; requests: number } {
  const began = beginCatchUp(undefined, true, 0, 0);
  let state: SeedState = began.state;
  const inbox: SeedEffect[] = [...began.effects];
  let rows = false;
  let rowsWhenEnded: boolean | undefined;
  let requests = 0;
  const hear = () => {
    const step = resourcesCame(state, 0);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.do === "end-pass") rowsWhenEnded ??= rows;
      else inbox.push(effect);
    }
  };
  for (let turn = 0; turn < 10; turn++) {
    if (turn === greetAt) hear();
    const request = inbox.shift();
    if (request?.do === "request-operations") rows = true;
    if (request?.do === "request-resources") {
      requests++;
      hear();
    }
  }
  return { rowsWhenEnded: rowsWhenEnded ?? false, requests };
}

describe("seed catch-up", () => {
  for (const greetAt of [0, 1, 2, 3, 4, 99]) {
    test(`CAT1: with a greeting ${greetAt === 99 ? "that never comes" : `at turn ${greetAt}`} the pass ends behind all rows`, () => {
      expect(play(greetAt)).toMatchObject({ rowsWhenEnded: true });
    });
  }

  test("CAT1: one answer alone is never the fence", () => {
    const { state, effects } = resourcesCame(beginCatchUp(undefined, true, 0, 0).state, 0);
    expect(state.step).toBe("fenced");
    expect(effects).toEqual([{ do: "request-resources" }]);
  });

  test("CAT2: without a mark everything is asked for, and the pass is a full one", () => {
    const { state, effects } = beginCatchUp(undefined, false, 0, 0);
    expect(state).toMatchObject({ full: true });
    expect(effects).toContainEqual({ do: "request-operations", sinceModno: 0n });
  });

  test("CAT2: the mark is inclusive and in the peer's own numbers", () => {
    expect(beginCatchUp({ modno: 1200n, originalId: 7n }, false, 0, 0).effects).toContainEqual({
      do: "request-operations",
      sinceModno: 1200n,
    });
  });

  test("CAT3: a mark that did not hold leads to a full pass, once", () => {
    const settling: SeedState = { step: "settling", full: false, startedMs: 0, open: 0 };
    const again = passEnded(settling, false, LIMITS, 5);
    expect(again.state).toMatchObject({ step: "asked", full: true });
    const done = passEnded({ step: "settling", full: true, startedMs: 5, open: 0 }, true, LIMITS, 9);
    expect(done).toEqual({
      state: { step: "idle", fullPassAtMs: 9 + LIMITS.fullPassIntervalMs, open: 0 },
      effects: [],
    });
  });

  test("CAT3: a pass over what changed is followed by a full one soon", () => {
    const settled = passEnded({ step: "settling", full: false, startedMs: 0, open: 0 }, true, LIMITS, 9);
    expect(settled.state).toMatchObject({ step: "idle", fullPassAtMs: 9 + 900_000 });
  });

  test("CAT1: answers to questions from before the pass are not taken for its fence", () => {
    // The first pass put its question once more, so two answers are still on the way when the next one begins.
    let { state } = beginCatchUp({ modno: 5n, originalId: 5n }, false, 0, 0);
    ({ state } = resourcesCame(state, 0));
    ({ state } = catchUpTick(state, LIMITS, 30_000));
    ({ state } = resourcesCame(state, 30_001));
    expect(state).toMatchObject({ step: "settling", open: 1 });
    const next = passEnded(state, false, LIMITS, 30_002);
    expect(next.state).toMatchObject({ step: "asked", full: true, stale: 1, open: 2 });
    const stale = resourcesCame(next.state, 30_003);
    expect(stale).toMatchObject({ state: { step: "asked", stale: 0, open: 1 }, effects: [] });
    const first = resourcesCame(stale.state, 30_004);
    expect(first.state.step).toBe("fenced");
    expect(resourcesCame(first.state, 30_005).effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("CAT4: a pass that never ends is given up after an hour, however much comes", () => {
    let state: SeedState = beginCatchUp(undefined, true, 0, 0).state;
    for (let now = 0; now < LIMITS.passTimeoutMs; now += 10_000) {
      state = somethingCame(state, now);
      expect(catchUpTick(state, LIMITS, now).effects.some(({ do: what }) => what === "give-up")).toBe(false);
    }
    expect(catchUpTick(state, LIMITS, LIMITS.passTimeoutMs).effects).toMatchObject([{ do: "give-up" }]);
  });
});
