import type { InstanceHealth } from "../../../gen/hub/v1/fleet_pb.js";
import { useNow } from "../live/now.js";
import { presenceOf } from "../words/presence.js";

const DRAWINGS = { on: "p-on", reconnecting: "p-re", back: "p-re", away: "p-zz", off: "p-off" } as const;
const CLASSES = { on: "p p-on", reconnecting: "p p-re", back: "p p-re", away: "p", off: "p" } as const;

/** Whether a machine talks; small and grey, since it is not health. Only that it is not let in asks for something. */
export function Presence({ machine }: { readonly machine: InstanceHealth }) {
  const { state, words } = presenceOf(machine, useNow());
  if (machine.refused !== undefined && !machine.connected) {
    return (
      <span className="p v-refused" title={machine.refused.sentence}>
        <svg width="0.625rem" height="0.625rem" aria-hidden="true">
          <use href="#m-refused" />
        </svg>
        <span>refused</span>
      </span>
    );
  }
  return (
    <span className={CLASSES[state]}>
      <svg width="0.625rem" height="0.625rem" aria-hidden="true">
        <use href={`#${DRAWINGS[state]}`} />
      </svg>
      <span>{words}</span>
    </span>
  );
}
