import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Mark } from "../../parts/mark.js";

/** Backrest before 1.13 syncs in clear text, and its opening can be replayed by whoever listens. */
export function ClearTextNote({ machine }: { readonly machine: InstanceHealth }) {
  return (
    <div className="note v-late">
      <Mark name="warning" size={18} />
      <div>
        <b>Its session can be read on the way.</b> This Backrest speaks clear text: whoever listens between{" "}
        {machine.instanceId} and the hub reads what it sends, and can pretend to be it. Update it to 1.14 or newer, or
        keep the way inside a network that you trust.
      </div>
    </div>
  );
}
