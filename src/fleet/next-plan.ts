import type { PlanRuns } from "../store/fleet.js";

/** A Backrest plans the next backup once one has ended; its message may come a moment later. */
export const PLANS_NEXT_WITHIN_MS = 10_000;

/** What was planned is no longer pending once it runs; for as long as it does, it was due when it was planned for. */
export function withItsPlan(before: PlanRuns | undefined, run: PlanRuns): PlanRuns {
  if (run.running === undefined || run.plannedMs !== undefined || before?.plannedMs === undefined) return run;
  return { ...run, plannedMs: before.plannedMs };
}

/** Whether a backup that was planned has ended well, and the next has yet to be planned. */
export function awaitsNextPlan(before: PlanRuns | undefined, run: PlanRuns): boolean {
  if (before?.plannedMs === undefined || run.plannedMs !== undefined || run.running !== undefined) return false;
  return (run.good.at(-1)?.startMs ?? 0) > (before.good.at(-1)?.startMs ?? 0);
}
