import { describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../../gen/v1/operations_pb.js";
import { castAt } from "../../../src/cli/demo/machines.js";
import { crowd } from "../../../src/cli/demo/crowd.js";
import { REPOS } from "../../../src/cli/demo/plans.js";
import { History } from "../../../src/client/history.js";
import type { Course } from "../../../src/client/simulate/course.js";
import { recordPast } from "../../../src/client/simulate/past.js";
import { Random } from "../../../src/client/simulate/random.js";
import { DAY_MS, HOUR_MS, nextRun, scheduleOf, WEEK_MS } from "../../../src/client/simulate/rhythm.js";
import { type PlanSetup, setUp } from "../../../src/client/simulate/setup.js";

const NOW_MS = Date.UTC(2026, 10, 30, 9, 20);
const DAILY: PlanSetup = {
  planId: "documents",
  repoId: "vault",
  paths: ["/srv/documents"],
  files: 1_000,
  bytes: 1e9,
  addedBytes: 1e6,
  periodMs: DAY_MS,
  atMs: 3 * HOUR_MS,
};
const { STATUS_SUCCESS, STATUS_WARNING, STATUS_ERROR } = OperationStatus;

function past(course: Course, plan: Partial<PlanSetup> = {}, nowMs = NOW_MS) {
  const profile = setUp(1, "m", [{ ...DAILY, ...plan }], REPOS);
  const history = new History({ instanceId: "m", now: () => nowMs });
  recordPast({ profile, history, random: new Random(1), nowMs, courseOf: () => course });
  const all = history.all();
  return { all, backups: all.filter(({ op }) => op.case === "operationBackup"), size: history.size };
}

describe("a past that nobody lived through", () => {
  test("SIM11: is a year of backups, with snapshots, forgets, prunes, checks and stats, and nothing of the future", () => {
    const { all, backups } = past({ days: 365 });
    expect(backups).toHaveLength(365);
    const kinds = Map.groupBy(all, ({ op }) => op.case);
    for (const kind of ["operationPrune", "operationCheck", "operationStats"] as const) {
      expect(kinds.get(kind)?.length).toBeGreaterThan(45);
    }
    const good = backups.filter(({ status }) => status === STATUS_SUCCESS || status === STATUS_WARNING);
    expect(kinds.get("operationIndexSnapshot")).toHaveLength(good.length);
    const kept = kinds
      .get("operationIndexSnapshot")
      ?.filter(({ op }) => op.case === "operationIndexSnapshot" && !op.value.forgot);
    expect(kept).toHaveLength(30);
    for (const { unixTimeStartMs, unixTimeEndMs } of all) {
      expect(unixTimeEndMs).toBeGreaterThanOrEqual(unixTimeStartMs);
      expect(Number(unixTimeEndMs)).toBeLessThanOrEqual(NOW_MS);
    }
  });

  test("SIM11: goes as its course says: failing since, stopped since, with warnings, thin", () => {
    const failing = past({ days: 30, failsDays: 3 }, { failure: "no space left on device" }).backups;
    expect(failing.slice(-3).map(({ status }) => status)).toEqual([STATUS_ERROR, STATUS_ERROR, STATUS_ERROR]);
    expect(failing.at(-1)?.displayMessage).toContain("no space left on device");
    expect(failing.at(-4)?.status).toBe(STATUS_SUCCESS);
    const stopped = past({ days: 30, stoppedDays: 12 }).backups;
    expect(Math.floor((NOW_MS - Number(stopped.at(-1)?.unixTimeStartMs)) / DAY_MS)).toBe(12);
    const warned = past({ days: 30 }, { unreadable: "/srv/locked.db" }).backups;
    expect(warned.at(-1)).toMatchObject({
      status: STATUS_WARNING,
      op: { value: { errors: [{ item: "/srv/locked.db" }] } },
    });
    const thin = past({ days: 30, isThin: true });
    expect(thin.size).toBe(thin.backups.length);
  });

  test("SIM11: what runs every hour did so in the last days only, and a run under way is left to the machine", () => {
    const hourly = past({ days: 365 }, { periodMs: HOUR_MS, atMs: 0 }).backups;
    expect(hourly.length).toBeGreaterThan(365 + 48);
    expect(hourly.length).toBeLessThan(365 + 5 * 24);
    const underWay = past({ days: 3 }, {}, Date.UTC(2026, 10, 30, 3, 0, 5)).backups;
    expect(Number(underWay.at(-1)?.unixTimeStartMs)).toBe(Date.UTC(2026, 10, 29, 3));
  });

  test.each([
    [{ periodMs: HOUR_MS / 4, atMs: 300_000 }, "5,20,35,50 * * * *"],
    [{ periodMs: HOUR_MS, atMs: 48 * 60_000 }, "48 * * * *"],
    [{ periodMs: 6 * HOUR_MS, atMs: 2.25 * HOUR_MS }, "15 2,8,14,20 * * *"],
    [{ periodMs: DAY_MS, atMs: 3.5 * HOUR_MS }, "30 3 * * *"],
    [{ periodMs: WEEK_MS, atMs: 3 * DAY_MS + 4 * HOUR_MS }, "0 4 * * 0"],
  ])("SIM11: a rhythm is a schedule (%#)", (rhythm, cron) => {
    expect(scheduleOf(rhythm)).toMatchObject({ schedule: { case: "cron", value: cron } });
    const at = nextRun(rhythm, NOW_MS);
    expect([at - nextRun(rhythm, at), nextRun(rhythm, at + 1) - at]).toEqual([0, rhythm.periodMs]);
  });
});

describe("the cast of the demo", () => {
  /** A run under way counts as none yet; the longest takes less. */
  const UNDER_WAY_MS = 30 * 60_000;

  test.each([0, 2, 3, 12, 18, 22])(
    "SIM10: at whatever hour it starts, nobody who is well has missed a backup (%d:0x)",
    (hour) => {
      const nowMs = Date.UTC(2026, 10, 30, hour, hour % 10);
      for (const { instanceId, plans } of [...castAt(nowMs), ...crowd(30, 1)]) {
        for (const { setup, course } of plans) {
          if (course.stoppedDays !== undefined || course.failsDays !== undefined) continue;
          const { backups } = past({ ...course, days: Math.min(course.days, 40) }, setup, nowMs);
          const last = backups.at(-1);
          expect([instanceId, last?.status]).not.toEqual([instanceId, STATUS_ERROR]);
          const dueMs = nextRun(setup, Number(last?.unixTimeStartMs) + 1);
          expect([instanceId, setup.planId, dueMs > nowMs - UNDER_WAY_MS]).toEqual([instanceId, setup.planId, true]);
        }
      }
    },
  );

  test("SIM10: the plan that is late was due two hours ago, a week after its last backup", () => {
    const plan = castAt(NOW_MS).find(({ instanceId }) => instanceId === "studio-mac")?.plans[0];
    const { backups } = past({ ...plan?.course, days: 40 }, plan?.setup, NOW_MS);
    const dueMs = nextRun(plan?.setup ?? DAILY, Number(backups.at(-1)?.unixTimeStartMs) + 1);
    expect(NOW_MS - dueMs).toBe(2 * HOUR_MS);
  });
});
