import { expect, test } from "@jest/globals";
import { awaitsNextPlan, withItsPlan } from "../../src/fleet/next-plan.js";
import { DAY_MS, runsOf, T0 } from "./health-facts.js";

const running = { operationId: 1n, startMs: T0 + DAY_MS + 900 };
const planned = runsOf([T0], { plannedMs: T0 + DAY_MS });
const begun = withItsPlan(planned, runsOf([T0], { running }));

test("HV38: a backup that runs was due when it was planned for, until it has ended or another is planned", () => {
  expect(begun).toEqual(runsOf([T0], { running, plannedMs: T0 + DAY_MS }));
  expect(withItsPlan(begun, runsOf([T0], { running }))).toEqual(begun);
  const next = runsOf([T0], { running, plannedMs: T0 + 2 * DAY_MS });
  expect(withItsPlan(planned, next)).toBe(next);
  for (const nothing of [runsOf([T0]), runsOf([T0, running.startMs])])
    expect(withItsPlan(begun, nothing)).toBe(nothing);
  // By hand, and before the hub knew anything.
  const byHand = runsOf([T0], { running });
  expect(withItsPlan(runsOf([T0]), byHand)).toBe(byHand);
  expect(withItsPlan(undefined, byHand)).toBe(byHand);
});

test("HV38: the next plan is awaited where one was carried out, and nowhere else", () => {
  const ended = runsOf([T0, running.startMs]);
  expect([planned, begun].map((before) => awaitsNextPlan(before, ended))).toEqual([true, true]);
  expect(awaitsNextPlan(begun, { ...ended, plannedMs: T0 + 2 * DAY_MS })).toBe(false);
  expect(awaitsNextPlan(begun, begun)).toBe(false);
  // It failed, was cancelled, or its schedule was switched off; a backup by hand.
  expect(awaitsNextPlan(begun, runsOf([T0], { failuresSince: 1 }))).toBe(false);
  expect(awaitsNextPlan(planned, runsOf([T0]))).toBe(false);
  expect(awaitsNextPlan(runsOf([T0], { running }), ended)).toBe(false);
  expect(awaitsNextPlan(undefined, ended)).toBe(false);
});
