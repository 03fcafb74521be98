import { type PlanHealth, Verdict } from "../../../gen/hub/v1/fleet_pb.js";

/** Whether operations of a plan come in; one whose schedule is off may have none to send. */
export function comesIn({ repoId, lastRun, verdict }: PlanHealth): boolean {
  return repoId !== "" || lastRun !== undefined || verdict === Verdict.NEVER;
}
