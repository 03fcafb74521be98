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
export function planHistory(plan: PlanDays, { machine, firstDay, nowMs }: HistoryContext): PlanHistoryInit {
  const cells = new DayCells(plan.cells);
  const expectation = machine.plans.find(({ planId }) => planId === plan.planId)?.expectation;
  const missed = missedDays({ cells, firstDay, expectation, nowMs });
  const results: DayResult[] = [];
  const backups: number[] = [];
  const failed: number[] = [];
  const bytesAdded: bigint[] = [];
  const durationMs: bigint[] = [];
  for (let day = 0; day < cells.length; day++) {
    const result = cells.result(day);
    if (result === "none") {
      const isBefore = firstDay + day < plan.firstDay;
      results.push(isBefore ? DayResult.BEFORE : missed.has(day) ? DayResult.MISSED : DayResult.NONE);
      backups.push(0);
      failed.push(0);
      bytesAdded.push(0n);
      durationMs.push(0n);
      continue;
    }
    const cell = cells.get(day);
    results.push(RESULTS[result]);
    backups.push(cell.ok + cell.warnings + cell.failed);
    failed.push(cell.failed);
    bytesAdded.push(BigInt(Math.round(cell.bytesAdded)));
    durationMs.push(BigInt(Math.round(cell.durationMs)));
  }
  const { instanceId } = machine.facts;
  return { instanceId, planId: plan.planId, results, backups, failed, bytesAdded, durationMs };
}
