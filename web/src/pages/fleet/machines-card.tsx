import { useMemo } from "react";
import { useLivePart } from "../../live/live.js";
import { useNow } from "../../live/now.js";
import { Card } from "../../parts/card.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { StripLegend } from "../../parts/strip.js";
import { many } from "../../words/sizes.js";
import { FleetMap } from "./fleet-map.js";
import { FleetTable } from "./fleet-table.js";
import { FleetTools } from "./fleet-tools.js";
import { NothingFound } from "./nothing-found.js";
import { filterFleet, groupFleet, groupMachines, rowsOf, sortFleet } from "./rows.js";
import { useStrips } from "./use-strips.js";
import type { ChangeView } from "./use-view.js";
import type { FleetView } from "./view.js";

/** Every machine with its plans. */
export function MachinesCard({ view, change }: { readonly view: FleetView; readonly change: ChangeView }) {
  const machines = useLivePart((state) => state.machines);
  const known = useLivePart((state) => state.summary !== undefined);
  const nowMs = useNow();
  // Who is there changes with time alone; whatever else is shown is made anew only when it changes.
  const presenceMs = view.presence === undefined && view.group !== "presence" ? 0 : nowMs;
  const groups = useMemo(() => {
    const wanted = sortFleet(filterFleet(machines.values(), view, presenceMs), view);
    return view.density === "map" ? groupMachines(wanted, view, presenceMs) : groupFleet(wanted, view, presenceMs);
  }, [machines, view, presenceMs]);
  const rows = useMemo(() => rowsOf(groups), [groups]);
  const { strips, loading, error, retry } = useStrips(machines, nowMs);
  const map = view.density === "map";
  return (
    <Card
      title={map ? "Map" : "All machines"}
      note={known ? noteOf(machines.size, groups, map) : undefined}
      end={<FleetTools view={view} change={change} />}
      footer={map || rows.length === 0 ? undefined : <StripLegend />}
    >
      {!known && <Loading rows={8} />}
      {known && rows.length === 0 && <NothingFound machines={machines} view={view} change={change} />}
      {error !== undefined && !map && (
        <Failed what="The 90 days could not be read" error={error} rpc="hub.v1.FleetService/GetHistory" retry={retry} />
      )}
      {rows.length > 0 &&
        (map ? (
          <FleetMap groups={groups} />
        ) : (
          <FleetTable
            rows={rows}
            view={view}
            change={change}
            strips={strips}
            stripsMissing={loading || error !== undefined}
          />
        ))}
    </Card>
  );
}

function noteOf(all: number, groups: ReturnType<typeof groupFleet>, map: boolean): string {
  if (map) return "a mark for each machine, worst first; arrow keys move, Enter opens";
  const shown = new Set(groups.flatMap(({ wanted }) => wanted.map(({ machine }) => machine.instanceId))).size;
  const plans = groups.reduce((sum, { wanted }) => sum + wanted.reduce((n, one) => n + one.plans.length, 0), 0);
  return `${shown === all ? many(all, "machine") : `${shown} of ${many(all, "machine")}`}, ${many(plans, "plan")}`;
}
