import type { FleetSnapshot } from "../connections/fleet-board.js";
import type { PlanHealth } from "../fleet/plan-health.js";
import type { FleetRow } from "./fleet-source.js";

/** The plans of a fleet as `/metrics` shows them. Of a machine that is ignored nobody wants to hear. */
export function fleetRows({ machines }: FleetSnapshot): FleetRow[] {
  return machines
    .filter(({ facts }) => !facts.settings.ignored)
    .flatMap(({ facts, plans, snoozedUntilMs }) =>
      plans.map((plan) => ({
        instance: facts.instanceId,
        plan: plan.planId,
        verdict: plan.verdict,
        snoozed: snoozedUntilMs !== undefined,
        ...figuresOf(plan),
      })),
    );
}

function figuresOf({ runs, lastGood }: PlanHealth): Omit<FleetRow, "instance" | "plan" | "verdict" | "snoozed"> {
  const failure = runs?.lastFailure;
  const last = failure !== undefined && failure.startMs > (lastGood?.startMs ?? 0) ? failure : lastGood;
  return {
    repo: runs?.repoId ?? "",
    lastSuccessMs: lastGood?.endMs,
    lastRunMs: last?.endMs,
    failuresSince: runs?.failuresSince ?? 0,
    durationMs: last === undefined ? undefined : last.endMs - last.startMs,
    bytesAdded: last === lastGood && lastGood !== undefined ? Number(lastGood.bytesAdded) : undefined,
  };
}
