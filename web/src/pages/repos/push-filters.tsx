import type { Push } from "../../../../gen/hub/v1/pushes_pb.js";
import { type PushFilter, STATES } from "./push-states.js";

interface FiltersProps {
  readonly pushes: readonly Push[];
  readonly filter: PushFilter;
  readonly change: (name: string, value: string) => void;
}

/** Narrows the changes to a machine and to a state. */
export function PushFilters({ pushes, filter, change }: FiltersProps) {
  const ids = [...new Set([...pushes.map(({ instanceId }) => instanceId), filter.machine])].filter((id) => id !== "");
  return (
    <>
      <select
        className="input"
        aria-label="Machine"
        value={filter.machine}
        onChange={(event) => change("machine", event.target.value)}
      >
        <option value="">All machines</option>
        {ids.sort().map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="State"
        value={filter.state}
        onChange={(event) => change("state", event.target.value)}
      >
        <option value="">All states</option>
        {STATES.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </>
  );
}
