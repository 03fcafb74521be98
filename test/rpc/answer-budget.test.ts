import { describe, expect, test } from "@jest/globals";
import { AnswerBudget } from "../../src/rpc/answer-budget.js";

const never = new AbortController().signal;
const LIMITS = { bytes: 100, waiting: 2, waitMs: 60_000 };

describe("the budget of answers", () => {
  test("OPS8: who wants more than there is waits until others are done; who wants little does not wait behind", async () => {
    const budget = new AnswerBudget(LIMITS);
    const first = await budget.take(80, never);
    let admitted = false;
    const large = budget.take(50, never).then((share) => {
      admitted = true;
      return share;
    });
    const small = await budget.take(20, never);
    expect([admitted, budget.takenBytes, budget.waiting]).toEqual([false, 100, 1]);
    first.release();
    first.release();
    const share = await large;
    expect([budget.takenBytes, budget.waiting]).toEqual([70, 0]);
    share.release();
    small.release();
    expect(budget.takenBytes).toBe(0);
  });

  test("OPS8: a share shrinks to what the answer takes, and grows only where there is room", async () => {
    const budget = new AnswerBudget(LIMITS);
    const one = await budget.take(90, never);
    one.settle(10);
    expect(budget.takenBytes).toBe(10);
    const two = await budget.take(20, never);
    two.settle(60);
    expect(() => one.settle(50)).toThrow(expect.objectContaining({ code: "resource_exhausted" }));
    one.release();
    two.release();
    expect(budget.takenBytes).toBe(0);
  });

  test("OPS8: waiting ends with words: when too many wait, when it takes too long, when the reader leaves", async () => {
    const budget = new AnswerBudget({ ...LIMITS, waitMs: 20 });
    const first = await budget.take(100, never);
    const leaving = new AbortController();
    const waits = [budget.take(10, never), budget.take(10, leaving.signal)];
    await expect(budget.take(10, never)).rejects.toMatchObject({ code: "resource_exhausted" });
    leaving.abort();
    await expect(waits[1]).rejects.toMatchObject({ code: "canceled" });
    await expect(waits[0]).rejects.toMatchObject({
      code: "resource_exhausted",
      message: expect.stringContaining("last_n"),
    });
    expect([budget.takenBytes, budget.waiting]).toEqual([100, 0]);
    first.release();
  });
});
