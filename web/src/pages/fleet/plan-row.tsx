import { timestampMs } from "@bufbuild/protobuf/wkt";
import { memo, type Ref } from "react";
import { Link } from "wouter";
import type { DayResult } from "../../../../gen/hub/v1/fleet_pb.js";
import { machinePath } from "../../frame/pages.js";
import { useLivePart } from "../../live/live.js";
import { Presence } from "../../parts/presence.js";
import { VerdictMark } from "../../parts/mark.js";
import { size } from "../../words/sizes.js";
import { duration } from "../../words/times.js";
import { NextCell } from "./next-cell.js";
import { StripCell } from "./strip-cell.js";
import { SuccessCell } from "./success-cell.js";
import { useChanges } from "../../parts/use-changes.js";
import { VerdictNote } from "./verdict-note.js";

export interface PlanRowProps {
  readonly instanceId: string;
  readonly planId: string | undefined;
  readonly first: boolean;
  readonly more: boolean;
  readonly index: number;
  /** It is the tab stop of the table. */
  readonly stop: boolean;
  readonly days: number;
  readonly results: readonly DayResult[] | undefined;
  readonly stripsMissing: boolean;
  readonly measure: Ref<HTMLTableRowElement>;
}

/** A plan in the list; drawn anew when its own machine changes, not when another does. */
export const PlanRowView = memo(function PlanRowView(props: PlanRowProps) {
  const { instanceId, planId, first, more, index, stop, days, results, stripsMissing, measure } = props;
  const machine = useLivePart((state) => state.machines.get(instanceId));
  const plan = machine?.plans.find((one) => one.planId === planId);
  const lastRun = plan?.lastRun;
  const changed = useChanges(`${plan?.verdict} ${lastRun?.operationId} ${plan?.runningSince === undefined}`);
  if (machine === undefined) return null;
  return (
    <tr
      ref={measure}
      data-index={index}
      data-machine={instanceId}
      role="row"
      aria-rowindex={index + 2}
      className={`m${more ? " more" : ""}${first ? "" : " cont"}${changed}`}
      tabIndex={stop ? 0 : -1}
    >
      <th role="rowheader" scope="row" className={first ? "c-m" : "c-m blank"}>
        {first ? (
          <div className="mach">
            <Link className="trunc" href={machinePath(instanceId)} tabIndex={-1} title={instanceId}>
              {instanceId}
            </Link>
            <span className="row-in">
              <Presence machine={machine} />
            </span>
          </div>
        ) : (
          <span className="sr">{instanceId}</span>
        )}
      </th>
      <td role="gridcell" className="c-p">
        {plan === undefined ? (
          <span className="dim">no plans seen</span>
        ) : (
          <div className="planc">
            <span className="trunc" title={plan.planId}>
              {plan.planId}
            </span>
            {plan.repoId !== "" && <span className="dim xs trunc">to {plan.repoId}</span>}
          </div>
        )}
      </td>
      <td role="gridcell" className="c-v">
        <VerdictMark verdict={plan?.verdict ?? machine.verdict} />
        <VerdictNote machine={machine} plan={plan} />
      </td>
      <td role="gridcell" className="c-a">
        <SuccessCell plan={plan} />
      </td>
      <td role="gridcell" className="c-s">
        <StripCell plan={plan} results={results} days={days} missing={stripsMissing} />
      </td>
      <td role="gridcell" className="c-z wide-only small muted">
        {lastRun?.bytesAdded !== undefined && `${size(lastRun.bytesAdded)} · `}
        {lastRun?.start !== undefined &&
          lastRun.end !== undefined &&
          duration(timestampMs(lastRun.end) - timestampMs(lastRun.start))}
      </td>
      <td role="gridcell" className="c-n">
        <NextCell machine={machine} plan={plan} />
      </td>
    </tr>
  );
});
