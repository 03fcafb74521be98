import { Link } from "wouter";
import type { InstanceHealth, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { machinePath } from "../../frame/pages.js";
import { useKnownNow } from "../../live/now.js";
import { nextOf } from "./next.js";
import { Progress } from "./progress.js";

interface NextCellProps {
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth | undefined;
}

/** What runs now, or what comes next. */
export function NextCell({ machine, plan }: NextCellProps) {
  const nowMs = useKnownNow();
  if (plan?.runningSince !== undefined) return <Progress machine={machine} plan={plan} />;
  const { words, quiet, missing = false } = nextOf(plan, machine, nowMs);
  if (missing)
    return (
      <Link className="small" href={machinePath(machine.instanceId)} tabIndex={-1}>
        {words}
      </Link>
    );
  return <span className={quiet ? "small muted" : "small"}>{words}</span>;
}
