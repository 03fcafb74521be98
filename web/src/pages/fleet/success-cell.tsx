import { type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { When } from "../../parts/when.js";

/** When the last backup that ended well began. */
export function SuccessCell({ plan }: { readonly plan: PlanHealth | undefined }) {
  const start = plan?.lastSuccess?.start;
  if (start === undefined)
    return <span className="muted">{plan?.verdict === Verdict.NEVER ? "none" : "not known"}</span>;
  return (
    <>
      <span className="only-phone dim">last good </span>
      <When at={start} focusable={false} />
    </>
  );
}
