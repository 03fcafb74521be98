import type { MessageInitShape } from "@bufbuild/protobuf";
import { DayResult, type PlanHistorySchema } from "../../gen/hub/v1/fleet_pb.js";
import type { MachineHealth } from "../fleet/machine-health.js";
import { missedDays } from "../fleet/missed-days.js";
import { DayCells, type DayResult as StoredResult } from "../store/day-cells.js";
import type { PlanDays } from "../store/fleet.js";

export interface HistoryContext {
  readonly machine: MachineHealth;
  /** Of the cells, in days since 1970. */
  readonly firstDay: number;
  readonly nowMs: number;
  readonly resultsOnly: boolean;
}

const RESULTS: Readonly<Record<StoredResult, DayResult>> = {
  none: DayResult.NONE,
  ok: DayResult.OK,
  warning: DayResult.WARNING,
  failed: DayResult.FAILED,
};

export type PlanHistoryInit = MessageInitShape<typeof PlanHistorySchema> & {
  readonly instanceId: string;
  readonly planId: string;
};

/** The days of a plan as columns: a thousand machines have some hundred thousand of them. */
export function planHistory(
  plan: PlanDays,
  { machine, firstDay, nowMs, resultsOnly }: HistoryContext,
): PlanHistoryInit {
  const cells = new DayCells(plan.cells);
  const expectation = machine.plans.find(({ planId }) => planId === plan.planId)?.expectation;
  const missed = missedDays({ cells, firstDay, expectation, nowMs });
  const days = Array.from({ length: cells.length }, (_, day) => day);
  const { instanceId } = machine.facts;
  const results = days.map((day) => {
    const result = cells.result(day);
    if (result !== "none") return RESULTS[result];
    if (firstDay + day < plan.firstDay) return DayResult.BEFORE;
    return missed.has(day) ? DayResult.MISSED : DayResult.NONE;
  });
  if (resultsOnly) return { instanceId, planId: plan.planId, results };
  return {
    instanceId,
    planId: plan.planId,
    results,
    backups: days.map((day) => cells.backups(day)),
    failed: days.map((day) => cells.failed(day)),
    bytesAdded: days.map((day) => toBigInt(cells.bytesAdded(day))),
    durationMs: days.map((day) => toBigInt(cells.durationMs(day))),
  };
}

function toBigInt(value: number): bigint {
  return value === 0 ? 0n : BigInt(Math.round(value));
}
