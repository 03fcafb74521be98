import type { DayResult, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { comesIn } from "../../machine/comes-in.js";
import { Strip } from "../../parts/strip.js";

interface StripCellProps {
  readonly plan: PlanHealth | undefined;
  readonly results: readonly DayResult[] | undefined;
  readonly days: number;
  /** Days are on their way, or could not be read: then nothing is said of what came in. */
  readonly missing: boolean;
}

/** The days of a plan. Of what does not come in nobody knows that there was nothing. */
export function StripCell({ plan, results, days, missing }: StripCellProps) {
  if (results !== undefined) return <Strip results={results} days={days} running={plan?.runningSince !== undefined} />;
  if (missing) return <span className="sr">the days are not here yet</span>;
  if (plan === undefined || !comesIn(plan)) return <span className="small dim">no operations come in</span>;
  return <span className="small dim">no backup in these days</span>;
}
