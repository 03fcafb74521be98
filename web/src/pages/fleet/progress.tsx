import type { InstanceHealth, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { useKnownNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { percent } from "../../words/sizes.js";
import { timeLeft } from "./right-now.js";

interface ProgressProps {
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth;
}

/** A backup that runs, in a row of the list. */
export function Progress({ machine, plan }: ProgressProps) {
  const nowMs = useKnownNow();
  const { running, runningSince } = plan;
  const left = timeLeft(plan, nowMs);
  return (
    <div className="run">
      <div className="run-line">
        <span className="v v-running">
          <Mark name="running" size={14} />
          <span className="num">{running === undefined ? "runs" : percent(running.fractionDone)}</span>
        </span>
        <span className="xs dim">
          {left ??
            (runningSince === undefined ? (
              ""
            ) : (
              <>
                began <When at={runningSince} focusable={false} />
              </>
            ))}
        </span>
      </div>
      <Bar machine={machine} plan={plan} />
    </div>
  );
}

/** Without a value where the machine says nothing of how far it is. */
export function Bar({ machine, plan }: ProgressProps) {
  const label = `Backup of ${machine.instanceId}, ${plan.planId}`;
  return plan.running === undefined ? (
    <progress aria-label={label} />
  ) : (
    <progress aria-label={label} max={100} value={Math.floor(plan.running.fractionDone * 100)} />
  );
}
