import type { Push } from "../../../../gen/hub/v1/pushes_pb.js";
import { Choice } from "../../parts/choice.js";
import { type PushFilter, STATES } from "./push-states.js";

interface FiltersProps {
  readonly pushes: readonly Push[];
  readonly filter: PushFilter;
  readonly change: (name: "machine" | "state", value: string | undefined) => void;
}

/** Narrows the changes to a machine and to a state. */
export function PushFilters({ pushes, filter, change }: FiltersProps) {
  const ids = [...new Set([...pushes.map(({ instanceId }) => instanceId), filter.machine])].filter((id) => id !== "");
  return (
    <>
      <Choice
        label="Machine"
        all="All machines"
        value={filter.machine}
        options={ids.sort().map((id) => ({ value: id, word: id }))}
        onChange={(machine) => change("machine", machine)}
      />
      <Choice
        label="State"
        all="All states"
        value={filter.state}
        options={STATES}
        onChange={(state) => change("state", state)}
      />
    </>
  );
}
