import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { useNow } from "../../live/now.js";
import { Empty } from "../../parts/list-states.js";
import { many } from "../../words/sizes.js";
import { VERDICTS } from "../../words/verdicts.js";
import { filterFleet } from "./rows.js";
import type { ChangeView } from "./use-view.js";
import { type FleetView, PRESENCES } from "./view.js";

interface NothingFoundProps {
  readonly machines: ReadonlyMap<string, InstanceHealth>;
  readonly view: FleetView;
  readonly change: ChangeView;
}

/** Names the filter that left nothing, and offers to lift it. */
export function NothingFound({ machines, view, change }: NothingFoundProps) {
  const nowMs = useNow();
  const parts = [
    ...(view.text.trim() === "" ? [] : [`“${view.text.trim()}”`]),
    ...VERDICTS.filter(({ mark }) => mark === view.verdict).map(({ word }) => word),
    ...PRESENCES.filter(({ value }) => value === view.presence).map(({ word }) => word),
  ];
  const without = filterFleet(machines.values(), { ...view, verdict: undefined, presence: undefined }, nowMs).length;
  const filtered = view.verdict !== undefined || view.presence !== undefined;
  return (
    <Empty icon="find" title={`No machine matches ${parts.join(", ")}`}>
      {filtered && view.text.trim() !== "" && without > 0 && (
        <p>{`Without the other filters, ${many(without, "machine")} would.`}</p>
      )}
      <div className="actions">
        {filtered && view.text.trim() !== "" && (
          <button type="button" className="btn" onClick={() => change({ verdict: undefined, presence: undefined })}>
            Show all verdicts
          </button>
        )}
        <button
          type="button"
          className="btn btn-quiet"
          onClick={() => change({ text: "", verdict: undefined, presence: undefined })}
        >
          Clear the filter
        </button>
      </div>
    </Empty>
  );
}
