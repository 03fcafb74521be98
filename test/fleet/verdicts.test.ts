import { describe, expect, test } from "@jest/globals";
import { explainMachine, explainPlan, headline } from "../../src/fleet/explain.js";
import { judgeMachine, summarize } from "../../src/fleet/machine-health.js";
import { type MachineFacts, type PlanFacts, plansOf } from "../../src/fleet/machine-facts.js";
import { judgePlan } from "../../src/fleet/plan-health.js";
import { DEFAULT_HEALTH_SETTINGS } from "../../src/store/fleet.js";
import { DAY_MS, HOUR_MS, machineOf, planOf, runsOf, T0 } from "./health-facts.js";

const daily = { kind: "every", periodMs: DAY_MS, words: "every day" } as const;
const fortyDays = Array.from({ length: 40 }, (_, n) => T0 + n * DAY_MS);
const last = fortyDays.at(-1) ?? 0;

function say(plan: PlanFacts, nowMs: number, over: Partial<MachineFacts> = {}) {
  const machine = machineOf([plan], over);
  const health = judgePlan(plan, machine, nowMs);
  return { verdict: health.verdict, ...explainPlan(health, machine, nowMs) };
}

describe("verdicts", () => {
  test("HV20: a plan goes from OK to LATE to OVERDUE as time passes, each with its reason and next step", () => {
    const plan = planOf({ schedule: daily, runs: runsOf(fortyDays) });
    expect(say(plan, last + 3 * HOUR_MS)).toEqual({
      verdict: "ok",
      reason: "Last success 3 h ago, due Sat 14 Feb, 03:00 UTC, every day.",
      nextStep: "",
    });
    expect(say(plan, last + 26 * HOUR_MS)).toEqual({
      verdict: "late",
      reason: "Was due Sat 14 Feb, 03:00 UTC, every day. Grace until Sat 14 Feb, 09:20 UTC.",
      nextStep: "",
    });
    expect(say(plan, last + 50 * HOUR_MS)).toEqual({
      verdict: "overdue",
      reason: "No backup for 2 d; it was due Sat 14 Feb, 03:00 UTC, every day.",
      nextStep:
        "Look at the schedule of home on that machine: under Plans point at home, press the pencil, and open Update Plan › Schedule.",
    });
    const gone = say(plan, last + 50 * HOUR_MS, { connected: false, lastSeenMs: last + HOUR_MS });
    expect(gone.reason).toMatch(/Offline since Fri 13 Feb, 04:00 UTC\.$/);
    expect(gone.nextStep).toMatch(/switched on.*not always on/);
  });

  test("HV21: FAILING names the cause, how often and since when, and what helps", () => {
    const lastFailure = {
      operationId: 9n,
      startMs: last + DAY_MS,
      endMs: last + DAY_MS,
      message: 'command "restic backup" failed: unable to create lock: repository is already locked by PID 4121',
    };
    const runs = runsOf(fortyDays, { failuresSince: 3, failingSinceMs: last + DAY_MS, lastFailure });
    const failing = say(planOf({ schedule: daily, runs }), last + 4 * DAY_MS);
    expect(failing.verdict).toBe("failing");
    expect(failing.reason).toBe(
      'The last 3 runs failed with “command "restic backup" failed: unable to create lock: repository is already locked by PID 4121”, since Sat 14 Feb, 03:00 UTC.',
    );
    expect(failing.nextStep).toBe(
      "If nothing else uses the repo: on that machine open Repositories › nas, press the arrow beside “Index Snapshots”, and choose “Unlock Repo”.",
    );
  });

  test("HV22: NEVER says whether all runs failed, nothing has run, or there is no schedule", () => {
    const lastFailure = { operationId: 9n, startMs: T0, endMs: T0, message: "wrong password or no key found" };
    const failed = planOf({ runs: runsOf([], { failuresSince: 4, lastFailure }) });
    expect(say(failed, T0 + 3 * DAY_MS)).toMatchObject({
      verdict: "never",
      reason: "Enrolled 3 d ago and no backup has succeeded: all 4 runs failed with “wrong password or no key found”.",
      nextStep: "Correct the repo's password on that machine.",
    });
    expect(say(planOf({ runs: runsOf([], { plannedMs: T0 }) }), T0 + 3 * DAY_MS)).toMatchObject({
      verdict: "never",
      reason: "Enrolled 3 d ago and no backup has succeeded: nothing has run.",
    });
    const plans = [planOf({ runs: runsOf(fortyDays) }), planOf({ planId: "idle", schedule: { kind: "disabled" } })];
    const idle = judgeMachine(machineOf(plans), T0 + 3 * DAY_MS).plans.find(({ planId }) => planId === "idle");
    expect(idle?.verdict).toBe("never");
    expect(idle && explainPlan(idle, machineOf(plans), T0 + 3 * DAY_MS)).toEqual({
      reason: "Enrolled 3 d ago and no backup has succeeded: the plan has no schedule.",
      nextStep:
        "Add a schedule to idle on that machine: under Plans point at idle, press the pencil, and open Update Plan › Schedule.",
    });
  });

  test("HV23: PAUSED is a schedule that is off, after a success", () => {
    const plan = planOf({ schedule: { kind: "disabled" }, runs: runsOf(fortyDays) });
    expect(say(plan, last + 90 * DAY_MS)).toEqual({
      verdict: "paused",
      reason: "The schedule is off. Last success 90 d ago.",
      nextStep: "",
    });
  });

  test("HV24: UNKNOWN says what is missing and what to click", () => {
    const nowMs = last + HOUR_MS;
    expect(say(planOf(), nowMs)).toMatchObject({
      verdict: "unknown",
      reason: expect.stringMatching(/^Connected, but it does not send its operations/),
      nextStep: expect.stringMatching(/Read Operations/),
    });
    // Whether anything ran is not known of a machine that sends nothing, whatever its schedules say.
    expect(say(planOf({ schedule: { kind: "disabled" } }), nowMs)).toMatchObject({
      verdict: "unknown",
      nextStep: expect.stringMatching(/Read Operations.* give home a schedule there\.$/),
    });
    const plans = [planOf({ runs: runsOf(fortyDays), schedule: daily }), planOf({ planId: "photos" })];
    const health = judgeMachine(machineOf(plans), nowMs);
    expect(health.verdict).toBe("unknown");
    expect(explainMachine(health, nowMs).reason).toBe(
      "photos: It sends the operations of 1 of 2 plans; none of photos came. (1 unknown, 1 OK)",
    );
    expect(say(planOf({ runs: runsOf(fortyDays.slice(0, 2)) }), T0 + 5 * DAY_MS)).toMatchObject({
      verdict: "unknown",
      reason: "Last success 4 d ago. Nothing says when the next backup is due: too few backups to tell (2 of 5).",
    });
    const sayEmpty = (over: Partial<MachineFacts>) =>
      explainMachine(judgeMachine(machineOf([], over), nowMs), nowMs).reason;
    expect(sayEmpty({ historyCame: false })).toBe("Its history is still coming in.");
    expect(sayEmpty({})).toMatch(/^Connected, but it does not send its operations/);
    const never = judgeMachine(machineOf([], { lastSeenMs: undefined as never, historyCame: false }), nowMs);
    expect(explainMachine(never, nowMs).nextStep).toMatch(/Known Hosts.*`backrest-hub connections refused`/);
  });

  test("HV24: what to click is of the machine's own version, and versions without a screen are told of their file", () => {
    const nowMs = last + HOUR_MS;
    expect(say(planOf(), nowMs, { generation: "current" }).nextStep).toBe(
      "On that machine open Settings › Multihost › Known Hosts, give this hub Read Operations for All Repositories (*), and press Save changes.",
    );
    expect(say(planOf(), nowMs, { generation: "seed" }).nextStep).toMatch(
      /stop Backrest.*config\.json.*PERMISSION_READ_OPERATIONS.*"scopes": \["\*"\].*start it/,
    );
    const overdue = planOf({ schedule: daily, runs: runsOf(fortyDays) });
    expect(say(overdue, last + 50 * HOUR_MS, { generation: "seed" }).nextStep).toMatch(
      /Update Plan › Backup Schedule\.$/,
    );
    const few = planOf({ runs: runsOf(fortyDays.slice(0, 2)) });
    expect(say(few, T0 + 2 * DAY_MS, { generation: "current" }).nextStep).toMatch(
      /Add Permission.*Edit Repo Configuration for All Repositories \(\*\)/,
    );
    expect(say(few, T0 + 2 * DAY_MS, { generation: "seed" }).nextStep).toMatch(/PERMISSION_READ_CONFIG/);
    const never = machineOf([], { lastSeenMs: undefined as never, historyCame: false });
    const stepOf = (machine: MachineFacts) => explainMachine(judgeMachine(machine, nowMs), nowMs).nextStep;
    expect(stepOf(never)).toMatch(/Instance ID must be filled.*Instance URL begin with http:\/\//);
    expect(stepOf({ ...never, generation: "seed" })).toMatch(/`instance` must be filled.*`instanceUrl`/);
  });

  test("HV36: of a machine that names no plan it is never said that all are backed up", () => {
    const plans = ["home", "mail"].map((planId) => planOf({ planId, schedule: daily, runs: runsOf(fortyDays) }));
    const reasonOf = (over: Partial<MachineFacts>) =>
      explainMachine(judgeMachine(machineOf(plans, over), last + HOUR_MS), last + HOUR_MS).reason;
    expect(reasonOf({})).toBe("All 2 plans are backed up.");
    expect(reasonOf({ hidesPlans: true })).toBe("The 2 plans that it sends are backed up.");
  });

  test("HV37: a machine whose rhythm is being learned says so, and needs attention only for what else is wrong", () => {
    const learning = planOf({ runs: runsOf(fortyDays.slice(0, 2)) });
    const nowMs = T0 + 2 * DAY_MS;
    expect(say(learning, nowMs, { generation: "current" })).toEqual({
      verdict: "unknown",
      reason: "Last success 24 h ago. 2 backups so far; after 5 the hub knows its rhythm.",
      nextStep: expect.stringMatching(/^To know it at once, let the hub see the schedule\. .*Edit Repo Configuration/),
    });
    const alone = judgeMachine(machineOf([learning]), nowMs);
    expect(alone).toMatchObject({ verdict: "unknown", needsAttention: false, changesMs: T0 + 4 * DAY_MS });
    expect(judgeMachine(machineOf([learning]), alone.changesMs)).toMatchObject({ needsAttention: true });
    expect(summarize([alone])).toMatchObject({ verdict: "unknown", needAttention: 0, learning: 1 });
    expect(headline(summarize([alone]))).toBe("No machine needs attention");
    // What needs somebody goes first, whatever its name.
    const silent = planOf({ planId: "photos" });
    const both = judgeMachine(machineOf([learning, silent]), nowMs);
    expect(both.needsAttention).toBe(true);
    expect(explainMachine(both, nowMs).reason).toMatch(/^photos: It sends the operations of 1 of 2 plans/);
  });

  test("HV38: between two backups of a machine that plans them it is OK for a moment without a plan, and no longer", () => {
    const ended = T0 + 20 * 60_000;
    const plan = planOf({ runs: runsOf(fortyDays.slice(0, 1)), plansNextByMs: ended + 10_000 });
    expect(say(plan, ended + 300)).toEqual({
      verdict: "ok",
      reason: "Last success 20 min ago; the next is being planned.",
      nextStep: "",
    });
    expect(judgePlan(plan, machineOf([plan]), ended + 300).changesMs).toBe(ended + 10_000);
    expect(say(plan, ended + 10_000)).toMatchObject({
      verdict: "unknown",
      reason: expect.stringMatching(/1 backup so far/),
    });
    const failed = planOf({ ...plan, runs: runsOf(fortyDays.slice(0, 1), { failuresSince: 1 }) });
    expect(say(failed, ended + 300).verdict).toBe("failing");
  });

  test("HV25: only a machine's first catch-up makes its verdicts wait", () => {
    const plan = planOf({ schedule: daily, runs: runsOf(fortyDays) });
    expect(say(plan, last + HOUR_MS, { historyCame: false })).toMatchObject({
      verdict: "unknown",
      reason: "Its history is still coming in.",
    });
    expect(say(plan, last + HOUR_MS).verdict).toBe("ok");
  });

  test("HV26: a backup runs only as long as its machine has a session", () => {
    const runs = runsOf(fortyDays, { running: { operationId: 1n, startMs: last + DAY_MS } });
    const plan = planOf({ schedule: daily, runs });
    const nowMs = last + 25 * HOUR_MS;
    expect(judgePlan(plan, machineOf([plan]), nowMs)).toMatchObject({ verdict: "ok", runningSinceMs: last + DAY_MS });
    const offline = judgePlan(plan, machineOf([plan], { connected: false }), nowMs);
    expect(offline.verdict).toBe("late");
    expect(offline).not.toHaveProperty("runningSinceMs");
  });

  test("HV27: warnings are a success that is shown as such", () => {
    const runs = runsOf(fortyDays);
    const good = runs.good.map((run) => ({ ...run, warning: run.startMs === last }));
    expect(say(planOf({ schedule: daily, runs: { ...runs, good } }), last + HOUR_MS).reason).toMatch(
      /^Last success 1 h ago, with warnings, due /,
    );
  });

  test("HV28: a machine that is not always on has its own grace, and an operator's grace goes before both", () => {
    const plan = planOf({ schedule: daily, runs: runsOf(fortyDays) });
    const late = last + 4 * DAY_MS;
    const settings = { ...DEFAULT_HEALTH_SETTINGS, notAlwaysOn: true };
    expect(say(plan, late).verdict).toBe("overdue");
    expect(say(plan, late, { settings }).verdict).toBe("late");
    expect(say(plan, late, { settings: { ...settings, graceMs: DAY_MS } }).verdict).toBe("overdue");
    expect(say(plan, last + 9 * DAY_MS, { settings }).verdict).toBe("overdue");
  });

  test("HV29: the operator's limit counts where nothing better does", () => {
    const settings = { ...DEFAULT_HEALTH_SETTINGS, limitMs: 2 * DAY_MS };
    const plan = planOf({ runs: runsOf(fortyDays.slice(0, 1)) });
    expect(say(plan, T0 + DAY_MS, { settings }).verdict).toBe("ok");
    expect(say(plan, T0 + 4 * DAY_MS, { settings })).toMatchObject({
      verdict: "overdue",
      reason: "No backup for 4 d; it was due Wed 7 Jan, 03:00 UTC, by the limit of 2 d that was set for this machine.",
    });
  });

  test("HV30: the worst plan is the machine's verdict; who is snoozed or ignored keeps it and needs no attention", () => {
    const plans = [
      planOf({ schedule: daily, runs: runsOf(fortyDays) }),
      planOf({ planId: "photos", schedule: daily, runs: runsOf(fortyDays.slice(0, 9)) }),
    ];
    const nowMs = last + HOUR_MS;
    const alone = judgeMachine(machineOf(plans), nowMs);
    expect(alone).toMatchObject({ verdict: "overdue", needsAttention: true, counts: { ok: 1, overdue: 1 } });
    expect(alone.plans.map(({ planId }) => planId)).toEqual(["photos", "home"]);
    const snooze = { ...DEFAULT_HEALTH_SETTINGS, snoozedUntilMs: nowMs + 5 };
    const snoozed = judgeMachine(machineOf(plans, { settings: snooze }), nowMs);
    expect(snoozed).toMatchObject({ verdict: "overdue", needsAttention: false, changesMs: nowMs + 5 });
    expect(judgeMachine(machineOf(plans, { settings: snooze }), nowMs + 5).needsAttention).toBe(true);
    const ignore = { ...DEFAULT_HEALTH_SETTINGS, ignored: true };
    const ignored = judgeMachine(machineOf(plans, { settings: ignore }), nowMs);
    const summary = summarize([alone, snoozed, ignored]);
    expect(summary).toMatchObject({ machines: 3, needAttention: 1, snoozed: 1, ignored: 1, verdict: "overdue" });
    expect(headline(summary)).toBe("1 machine needs attention");
    expect(summarize([snoozed, ignored]).verdict).toBe("ok");
    expect(headline(summarize([ignored]))).toBe("No machine needs attention");
    const good = judgeMachine(machineOf(plans.slice(0, 1)), nowMs);
    expect(headline(summarize([good]))).toBe("The one plan is backed up");
    expect(headline(summarize([good, good]))).toBe("All 2 plans are backed up");
  });

  test("HV31: a plan that was deleted on its machine is no longer judged; one that comes by repo is", () => {
    const runs = [
      runsOf(fortyDays),
      runsOf(fortyDays, { planId: "old" }),
      runsOf([], { planId: "by-repo", plannedMs: 5 }),
    ];
    expect(plansOf({ listed: ["home", "new"], runs }).map(({ planId }) => planId)).toEqual(["by-repo", "home", "new"]);
    expect(plansOf({ listed: [], runs }).map(({ planId }) => planId)).toEqual(["by-repo", "home", "old"]);
    expect(plansOf({ runs }).map(({ planId }) => planId)).toEqual(["by-repo", "home", "old"]);
  });

  test("HV32: a success that began in the future keeps nothing green", () => {
    const plan = planOf({ schedule: daily, runs: runsOf([...fortyDays, Date.UTC(2090, 0, 1)]) });
    expect(say(plan, last + 5 * DAY_MS).verdict).toBe("overdue");
  });
});
