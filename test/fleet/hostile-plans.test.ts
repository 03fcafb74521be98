import { create } from "@bufbuild/protobuf";
import { expect, test } from "@jest/globals";
import { Schedule_Clock, ScheduleSchema } from "../../gen/v1/config_pb.js";
import { explainPlan } from "../../src/fleet/explain.js";
import { expectNext } from "../../src/fleet/expectation.js";
import { judgeMachine, MAX_JUDGED_PLANS } from "../../src/fleet/machine-health.js";
import { nextCron, type PlanSchedule, readSchedule } from "../../src/fleet/schedule.js";
import { DEFAULT_HEALTH_SETTINGS } from "../../src/store/fleet.js";
import { DAY_MS, machineOf, planOf, runsOf, T0 } from "./health-facts.js";

const STARTS = Array.from({ length: 30 }, (_, n) => T0 + n * DAY_MS);
const NOW_MS = T0 + 30 * DAY_MS;

function cron(expression: string): PlanSchedule | undefined {
  const schedule = { case: "cron", value: expression } as const;
  return readSchedule(create(ScheduleSchema, { schedule, clock: Schedule_Clock.LOCAL }));
}

test("HV33: plans whose schedules never come are judged in no time", () => {
  const plans = Array.from({ length: 300 }, (_, n) => {
    const schedule = cron(`${n % 60} ${Math.floor(n / 60)} 30W 2 *`);
    return planOf({ planId: `p${n}`, runs: runsOf(STARTS), ...(schedule === undefined ? {} : { schedule }) });
  });
  const began = performance.now();
  judgeMachine(machineOf(plans), NOW_MS);
  // About 0.2 s on an idle machine, and 15 s where each is looked for until the year 9999.
  expect(performance.now() - began).toBeLessThan(5_000);
});

test.each([
  ["Croner's own plus", "0 0 31 2,4,6,9,11 +1-7"],
  ["a list without end", `${"0-59,".repeat(50_000)}1 * * * *`],
  ["years of its own", "0 0 0 30 2 * 2027-9999"],
])("HV33: %s is not understood", (_, expression) => {
  expect(cron(expression)).toBeUndefined();
  expect(nextCron(expression, T0)).toBeUndefined();
});

test.each([
  ["0 0 29 2 *", Date.UTC(2097, 0, 1), Date.UTC(2104, 1, 29)],
  ["0 3 * * *", Date.UTC(2026, 11, 31, 4), Date.UTC(2027, 0, 1, 3)],
  ["30 0 3 * * *", T0, T0 + 30_000],
  ["0 0 3 * * * *", T0, T0 + DAY_MS],
  ["@daily", T0, Date.UTC(2026, 0, 6)],
  ["0 0 30 2 *", T0, undefined],
])("HV33: %s still comes when it comes", (expression, afterMs, nextMs) => {
  expect(nextCron(expression, afterMs)).toBe(nextMs);
  expect(nextCron(expression, afterMs)).toBe(nextMs);
});

test("HV34: what a machine has too many of is unknown, and says why", () => {
  const plans = Array.from({ length: MAX_JUDGED_PLANS + 2 }, (_, n) =>
    planOf({ planId: `p${String(n).padStart(4, "0")}`, runs: runsOf(STARTS) }),
  );
  const facts = machineOf(plans);
  const machine = judgeMachine(facts, NOW_MS);
  expect(machine.counts).toMatchObject({ ok: MAX_JUDGED_PLANS, unknown: 2 });
  expect(machine.plans.filter(({ verdict }) => verdict === "unknown").map(({ planId }) => planId)).toEqual([
    "p0500",
    "p0501",
  ]);
  const [first] = machine.plans;
  if (first === undefined) throw new Error("no plan");
  expect(explainPlan(first, facts, NOW_MS).reason).toBe(
    "That machine has 502 plans; the hub judges the first 500 by name.",
  );
});

test("HV35: an expectation is made anew only for other facts", () => {
  const facts = { runs: runsOf(STARTS), settings: DEFAULT_HEALTH_SETTINGS };
  const next = expectNext(facts);
  expect(expectNext({ ...facts })).toBe(next);
  const settings = { ...DEFAULT_HEALTH_SETTINGS, graceMs: 1 };
  expect(expectNext({ ...facts, settings })?.graceUntilMs).toBe((next?.dueMs ?? 0) + 1);
  expect(expectNext({ ...facts, runs: runsOf(STARTS.slice(1)) })).not.toBe(next);
});
