import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { FleetSummarySchema, type InstanceHealth, InstanceHealthSchema, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import {
  attentionWords,
  buttonOf,
  entryOf,
  gapOf,
  needAttention,
  setAside,
} from "../../web/src/pages/fleet/attention.js";
import { causesOf } from "../../web/src/pages/fleet/causes.js";
import { comingBackWords, headlineOf, leadOf } from "../../web/src/pages/fleet/lead.js";
import { countPresence, dueNext, runningNow, timeLeft } from "../../web/src/pages/fleet/right-now.js";

const WHERE = { locale: "en-GB", timeZone: "Europe/Vienna" };
const NOW = Date.UTC(2026, 10, 23, 11);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => timestampFromMs(NOW - ms);

function machine(instanceId: string, init: MessageInitShape<typeof InstanceHealthSchema>): InstanceHealth {
  return create(InstanceHealthSchema, { instanceId, connected: true, needsAttention: true, lastSeen: ago(0), ...init });
}

function failing(instanceId: string, message: string, days = 2): InstanceHealth {
  return machine(instanceId, {
    verdict: Verdict.FAILING,
    plans: [
      {
        planId: "home",
        verdict: Verdict.FAILING,
        nextStep: "Do something.",
        failuresSince: 2,
        failingSince: ago(days * DAY),
        lastSuccess: { operationId: 1n, start: ago((days + 1) * DAY) },
        lastRun: { operationId: 7n, start: ago(HOUR), message },
      },
    ],
  });
}

const OVERDUE_INIT = {
  verdict: Verdict.OVERDUE,
  connected: false,
  presenceSince: ago(2 * DAY),
  plans: [
    { planId: "a", verdict: Verdict.OVERDUE, lastSuccess: { start: ago(5 * DAY) } },
    { planId: "b", verdict: Verdict.OVERDUE, lastSuccess: { start: ago(12 * DAY) } },
    { planId: "c", verdict: Verdict.OK, lastSuccess: { start: ago(HOUR) } },
  ],
};
const OVERDUE = machine("overdue", OVERDUE_INIT);
const NEVER = machine("never", {
  verdict: Verdict.NEVER,
  enrolledAt: ago(5 * DAY),
  plans: [{ planId: "etcd", verdict: Verdict.NEVER, reason: "Enrolled 5 d ago." }],
});
const UNKNOWN_INIT = { verdict: Verdict.UNKNOWN, reason: "It sends nothing.", nextStep: "Grant it." };
const UNKNOWN = machine("unknown", UNKNOWN_INIT);

describe("who needs attention", () => {
  test("BRD11: stands in the order of how long it has been without a backup; of whom nothing is known comes last", () => {
    const well = machine("well", { verdict: Verdict.OK, needsAttention: false });
    const entries = needAttention([UNKNOWN, failing("failing", "locked"), well, NEVER, OVERDUE]);
    expect(entries.map((entry) => [entry.machine.instanceId, gapOf(entry, NOW)])).toEqual([
      ["overdue", { age: "12 d", words: "since a backup" }],
      ["never", { age: "5 d", words: "without a first" }],
      ["failing", { age: "3 d", words: "2 failures since" }],
      ["unknown", { age: "?", words: "nothing is known" }],
    ]);
    expect(entries[0]?.plans.map(({ planId }) => planId)).toEqual(["a", "b"]);
  });

  test("BRD11: a plan whose rhythm is being learned is not among those of a machine that needs attention", () => {
    const learning = { backups: 2, needed: 5, until: ago(-DAY) };
    const one = machine("m", {
      ...OVERDUE_INIT,
      plans: [...OVERDUE_INIT.plans.slice(0, 1), { planId: "new", verdict: Verdict.UNKNOWN, learning }],
    });
    expect(entryOf(one).plans.map(({ planId }) => planId)).toEqual(["a"]);
  });

  test("BRD11: has one button, for what helps", () => {
    const button = (one: InstanceHealth) => buttonOf(entryOf(one), NOW);
    expect(button(failing("m", "locked"))).toMatchObject({ kind: "run", operationId: 7n });
    expect(button(OVERDUE)).toEqual({ kind: "not-always-on" });
    expect(button({ ...OVERDUE, presenceSince: ago(9 * DAY) })).toEqual({ kind: "open" });
    expect(button(NEVER)).toEqual({ kind: "open" });
    expect(button(UNKNOWN)).toEqual({ kind: "show-how" });
    const laptop = machine("l", { ...OVERDUE_INIT, settings: { notAlwaysOn: true } });
    expect(button(laptop)).toEqual({ kind: "open" });
  });

  test("BRD12: who is refused is told so, and what helps is the cure of that", () => {
    const refused = machine("r", {
      ...OVERDUE_INIT,
      refused: { sentence: "Its clock is 7 min ahead.", cure: "Switch on time synchronisation." },
    });
    const words = attentionWords(entryOf(refused), NOW, WHERE);
    expect(words.why).toMatch(/^No backup for 12 d.* The hub refuses it: Its clock is 7 min ahead\.$/u);
    expect(words.what).toBe("Switch on time synchronisation.");
    expect(buttonOf(entryOf(refused), NOW)).toEqual({ kind: "refused" });
    // Once it is let in, that was that.
    expect(buttonOf(entryOf({ ...refused, connected: true }), NOW)).toEqual({ kind: "open" });
    expect(countPresence([refused, OVERDUE], NOW)).toMatchObject({ refused: 1, off: 1 });
  });

  test("BRD11: who is snoozed or ignored is set aside", () => {
    const snoozed = machine("s", { needsAttention: false, settings: { snoozedUntil: ago(-DAY) } });
    const sooner = machine("t", { needsAttention: false, settings: { snoozedUntil: ago(-HOUR) } });
    const ignored = machine("i", { needsAttention: false, settings: { ignored: true, snoozedUntil: ago(-DAY) } });
    expect(needAttention([snoozed, ignored])).toEqual([]);
    expect(setAside([snoozed, ignored, sooner, NEVER])).toEqual({ snoozed: [sooner, snoozed], ignored: [ignored] });
  });
});

describe("causes", () => {
  const causes = (all: readonly InstanceHealth[]) =>
    causesOf(needAttention(all), NOW, WHERE).map(({ verdict, entries, why, what }) => ({
      verdict,
      machines: entries.map((entry) => entry.machine.instanceId),
      why,
      what,
    }));

  test("BRD11: the same words of several machines are one cause, words of their own are failures of their own", () => {
    const [one, other, ...rest] = causes([
      failing("w-1", "rest-west:8000: connection refused", 1),
      failing("w-2", "rest-west:8000: connection refused", 3),
      failing("x", "disk full"),
      failing("y", "wrong password", 9),
    ]);
    expect(one).toMatchObject({
      machines: ["w-2", "w-1"],
      why: "The same error since Fri 20 Nov, 12:00: “rest-west:8000: connection refused”.",
      what: "One cause, one entry: Do something. The machines themselves are connected.",
    });
    expect(other).toMatchObject({ machines: ["y", "x"], why: "Single failures, different errors." });
    expect(other?.what).toBe("Longest: y, 10 d. It says “wrong password”.");
    expect(rest).toEqual([]);
  });

  test("BRD11: what differs only in numbers is alike, and is not called the same", () => {
    const [one] = causes([failing("a", "no space on /dev/sda1"), failing("b", "no space on /dev/sda2")]);
    expect(one?.why).toMatch(/^Errors alike since .*: “no space on \/dev\/sda1”\.$/u);
  });

  test("BRD11: overdue ones are parted by whether they are there, unknown ones by what is to be done", () => {
    const there = machine("there", { ...OVERDUE_INIT, connected: true });
    const second = machine("unknown-2", UNKNOWN_INIT);
    const found = causes([OVERDUE, there, UNKNOWN, second]);
    expect(found.map(({ machines }) => machines)).toEqual([["overdue"], ["there"], ["unknown", "unknown-2"]]);
    expect(found[2]?.why).toBe("Each of them: it sends nothing.");
  });
});

describe("right now", () => {
  const runs = machine("runs", {
    plans: [
      {
        planId: "home",
        runningSince: ago(10 * 60_000),
        running: { fractionDone: 0.25, bytesDone: 1n, totalBytes: 4n },
        expectation: { due: ago(-60_000) },
      },
    ],
  });

  test("BRD16: how long a backup still runs goes by what it has done, once that tells anything", () => {
    const [row] = runningNow([OVERDUE, runs]);
    expect(row?.plan.planId).toBe("home");
    const plan = runs.plans[0];
    if (plan?.running === undefined) throw new Error("it does not run");
    expect(timeLeft(plan, NOW)).toBe("about 30 min left");
    expect(timeLeft({ ...plan, running: { ...plan.running, fractionDone: 0.01 } }, NOW)).toBeUndefined();
    expect(timeLeft({ ...plan, runningSince: ago(2_000) }, NOW)).toBeUndefined();
  });

  test("BRD16: due next is what has the nearest time ahead and does not run yet", () => {
    const at = (instanceId: string, hours: number, init: MessageInitShape<typeof InstanceHealthSchema> = {}) =>
      machine(instanceId, { plans: [{ planId: "p", expectation: { due: ago(-hours * HOUR) } }], ...init });
    const next = dueNext(
      [at("b", 3), at("past", -1), runs, at("a", 2), at("ignored", 1, { settings: { ignored: true } })],
      NOW,
    );
    expect(next?.machine.instanceId).toBe("a");
    expect(dueNext([runs], NOW)).toBeUndefined();
  });
});

describe("the headline", () => {
  const plans = [
    { verdict: Verdict.FAILING, count: 4 },
    { verdict: Verdict.LATE, count: 2 },
    { verdict: Verdict.PAUSED, count: 1 },
    { verdict: Verdict.OK, count: 1_200 },
  ];

  test("BRD10: is one sentence with one number, and the lead says what it leaves out", () => {
    const summary = create(FleetSummarySchema, {
      needAttention: 1_042,
      headline: "1042 …",
      plans,
      snoozed: 1,
      ignored: 2,
    });
    expect(headlineOf(summary, WHERE)).toBe("1,042 machines need attention");
    expect(leadOf(summary, WHERE)).toBe(
      "1,200 of 1,207 plans have a good backup in time. 2 are late but within their grace, 1 is paused. 1 machine is snoozed, 2 machines are ignored.",
    );
  });

  test("BRD4: of a hub that has just started it is said who has yet to come back, and for how long that is news", () => {
    const comingBack = { machines: 12, hubStarted: ago(40_000), until: ago(-320_000) };
    const summary = create(FleetSummarySchema, { machines: 24, comingBack });
    expect(comingBackWords(summary, NOW, WHERE)).toBe(
      "The hub started 40 s ago: 12 of 24 machines have yet to come back. Backrest waits for up to 5 minutes before it does.",
    );
    expect(comingBackWords(summary, NOW + 320_000, WHERE)).toBe("");
    expect(comingBackWords(create(FleetSummarySchema, { machines: 24 }), NOW, WHERE)).toBe("");
  });

  test("BRD11: a machine that is coming back is not taken for one that is often off", () => {
    const one = machine("m", { ...OVERDUE_INIT, comingBackUntil: ago(-1) });
    expect(buttonOf(entryOf(one), NOW)).toEqual({ kind: "open" });
    expect(attentionWords(entryOf(one), NOW, WHERE).why).toMatch(/It has yet to come back since the hub started\.$/u);
  });

  test("BRD10: where nobody needs attention it is the hub's own", () => {
    const summary = create(FleetSummarySchema, {
      headline: "All 3 plans are backed up",
      plans: [{ verdict: Verdict.OK, count: 3 }],
    });
    expect(headlineOf(summary, WHERE)).toBe("All 3 plans are backed up");
    const first = create(FleetSummarySchema, {
      plansLearning: 1,
      plans: [{ verdict: Verdict.UNKNOWN, count: 1 }, { verdict: Verdict.OK }],
    });
    expect(leadOf(first, WHERE)).toBe("The hub is still learning when backups of 1 plan are due.");
    expect(leadOf({ ...summary, plansLearning: 1 }, WHERE)).toBe(
      "3 of 3 plans have a good backup in time. 1 is still being learned.",
    );
    expect(leadOf({ ...summary, plansWithWarnings: 1 }, WHERE)).toBe(
      "3 of 3 plans have a good backup in time, 1 with warnings.",
    );
  });
});
