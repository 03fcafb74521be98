import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { presenceOf } from "../../words/presence.js";
import type { Presences } from "./view.js";

/** How a machine is there; one that is refused is not let in, whatever else is known of it. */
export function presenceKind(machine: InstanceHealth, nowMs: number): Presences {
  return machine.refused !== undefined && !machine.connected ? "refused" : presenceOf(machine, nowMs).state;
}
