import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { PlanFacts } from "../../src/fleet/machine-facts.js";
import { judgeMachine } from "../../src/fleet/machine-health.js";
import { judgePlan } from "../../src/fleet/plan-health.js";
import { learnRhythm } from "../../src/fleet/rhythm.js";
import type { PlanSchedule } from "../../src/fleet/schedule.js";
import { DAY_MS, HOUR_MS, machineOf, runsOf, timesOf } from "./health-facts.js";

const RHYTHMS = {
  "every 6 hours": { expression: "0 */6 * * *", longestMs: 7 * HOUR_MS },
  daily: { expression: "30 2 * * *", longestMs: 25 * HOUR_MS },
  "weekdays only": { expression: "0 3 * * 1-5", longestMs: 73 * HOUR_MS },
  weekly: { expression: "15 4 * * 0", longestMs: 7 * DAY_MS + HOUR_MS },
  monthly: { expression: "0 1 1 * *", longestMs: 31 * DAY_MS + HOUR_MS },
} as const;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"] as const;
/** What the hub knows of the plan beside its backups. */
const KNOWN = ["nothing", "schedule", "planned"] as const;

const lives = fc.record({
  rhythm: fc.constantFrom(...(Object.keys(RHYTHMS) as (keyof typeof RHYTHMS)[])),
  zone: fc.constantFrom(...ZONES),
  known: fc.constantFrom(...KNOWN),
  // Over both changes of the clock.
  fromDay: fc.integer({ min: 0, max: 365 }),
  count: fc.integer({ min: 2, max: 45 }),
  delaySeconds: fc.integer({ min: 0, max: 240 }),
});
type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never;

describe("rhythms", () => {
  test("HV10: a machine that keeps its rhythm is never overdue", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const times = timesOfLife(life);
        for (let n = 0; n + 1 < times.length; n++) {
          const next = times[n + 1] ?? 0;
          const plan = planAfter(life, times.slice(0, n + 1), next);
          // Until just before the next one is seen, after it ran for twenty minutes.
          for (const part of [0.25, 0.5, 0.75, 1]) {
            const nowMs = (times[n] ?? 0) + (next - (times[n] ?? 0)) * part + (part === 1 ? 20 * 60_000 : 0);
            expect([judgePlan(plan, machineOf([plan]), nowMs).verdict, n]).not.toContain("overdue");
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test("HV11: a machine that stops is never OK for longer than its period and grace", () => {
    fc.assert(
      fc.property(lives, fc.boolean(), (life, connected) => {
        const times = timesOfLife(life);
        const last = times.at(-1) ?? 0;
        const plan = planAfter(life, times, last + RHYTHMS[life.rhythm].longestMs);
        const machine = machineOf([plan], { connected });
        const first = judgePlan(plan, machine, last);
        const { expectation } = first;
        const graceMs = expectation === undefined ? 0 : expectation.graceUntilMs - expectation.dueMs;
        const silentMs = RHYTHMS[life.rhythm].longestMs + graceMs;
        expect(judgePlan(plan, machine, last + silentMs).verdict).not.toBe("ok");
        // Once it is not OK, waiting alone never makes it so again.
        const verdicts = [1, 1.5, 2, 4, 40].map((times_) => judgePlan(plan, machine, last + silentMs * times_).verdict);
        expect(verdicts).not.toContain("ok");
        if (expectation !== undefined) expect(verdicts.at(-1)).toBe("overdue");
      }),
      { numRuns: 150 },
    );
  });

  test("HV37: a machine that stops while it is being learned needs attention after the bound, and is OK by it never", () => {
    const gaps = fc.array(fc.integer({ min: 60_000, max: 40 * DAY_MS }), { maxLength: 3 });
    fc.assert(
      fc.property(gaps, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (learned, connected, part) => {
        const times = learned.reduce((all, gap) => [...all, (all.at(-1) ?? 0) + gap], [Date.UTC(2026, 0, 1)]);
        const plan: PlanFacts = { planId: "home", runs: runsOf(times) };
        const machine = machineOf([plan], { connected });
        const last = times.at(-1) ?? 0;
        const longest = Math.max(0, ...learned);
        const patienceMs = Math.min(15 * DAY_MS, Math.max(3 * DAY_MS, 2 * longest));
        const before = judgeMachine(machine, last + Math.floor(part * (patienceMs - 1)));
        expect(before).toMatchObject({ verdict: "unknown", needsAttention: false, changesMs: last + patienceMs });
        for (const longer of [1, 1.5, 10, 1_000]) {
          const after = judgeMachine(machine, last + patienceMs * longer);
          expect(after).toMatchObject({ verdict: "unknown", needsAttention: true });
        }
      }),
      { numRuns: 300 },
    );
  });

  test("HV12: what is learned says how sure it is, and outages and backups by hand do not change it", () => {
    const daily = timesOf("0 3 * * *", "UTC", 0, 40);
    expect(learnRhythm(daily)).toMatchObject({ periodMs: DAY_MS, nextMs: DAY_MS, certainty: "sure", backups: 40 });
    const gaps = [...daily.slice(0, 12), ...daily.slice(20, 30)];
    expect(learnRhythm(gaps)).toMatchObject({ periodMs: DAY_MS, nextMs: DAY_MS });
    const byHand = [...daily.slice(0, 20), (daily[19] ?? 0) + 5 * HOUR_MS, ...daily.slice(20)];
    expect(learnRhythm(byHand)).toMatchObject({ periodMs: DAY_MS, nextMs: DAY_MS });
    expect(learnRhythm(daily.slice(0, 4))).toBeUndefined();
    expect(learnRhythm(daily.slice(0, 6))).toMatchObject({ certainty: "fairly sure" });
    const irregular = [0, 3, 4, 16, 17, 40, 44, 90].map((hours) => hours * HOUR_MS);
    expect(learnRhythm(irregular)).toMatchObject({ certainty: "unsure" });
  });
});

function timesOfLife({ rhythm, zone, fromDay, count, delaySeconds }: Life): number[] {
  const fromMs = Date.UTC(2026, 0, 1) + fromDay * DAY_MS;
  return timesOf(RHYTHMS[rhythm].expression, zone, fromMs, count).map((ms) => ms + delaySeconds * 1_000);
}

function planAfter({ rhythm, known }: Life, times: readonly number[], nextMs: number): PlanFacts {
  const runs = runsOf(times, known === "planned" ? { plannedMs: nextMs } : {});
  const schedule: PlanSchedule = { kind: "cron", expression: RHYTHMS[rhythm].expression, zone: "machine" };
  return { planId: "home", runs, ...(known === "schedule" ? { schedule } : {}) };
}
