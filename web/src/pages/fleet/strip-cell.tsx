import { type DayResult, type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { Strip } from "../../parts/strip.js";

interface StripCellProps {
  readonly plan: PlanHealth | undefined;
  readonly results: readonly DayResult[] | undefined;
  readonly days: number;
  readonly loading: boolean;
}

/** The days of a plan. Of what does not come in nobody knows that there was nothing. */
export function StripCell({ plan, results, days, loading }: StripCellProps) {
  if (results !== undefined) return <Strip results={results} days={days} running={plan?.runningSince !== undefined} />;
  if (loading) return <span className="sr">loading</span>;
  if (plan === undefined || plan.verdict === Verdict.UNKNOWN)
    return <span className="small dim">no operations come in</span>;
  return <span className="small dim">no backup in these days</span>;
}
