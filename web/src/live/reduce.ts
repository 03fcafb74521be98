import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { WatchRefusedResponse } from "../../../gen/hub/v1/connections_pb.js";
import type { WatchFleetResponse } from "../../../gen/hub/v1/fleet_pb.js";
import type { LiveState } from "./messages.js";

export const NOTHING_YET: LiveState = {
  link: { state: "connecting" },
  summary: undefined,
  machines: new Map(),
  refused: new Map(),
  clockAheadMs: 0,
  heardMs: 0,
};

/** @param whole the first message of a stream, which names all machines that there are */
export function withFleet(state: LiveState, change: WatchFleetResponse, whole: boolean, nowMs: number): LiveState {
  if (change.summary === undefined) return { ...state, heardMs: nowMs };
  const machines = new Map(whole ? [] : state.machines);
  for (const id of change.removed) machines.delete(id);
  for (const machine of change.instances) machines.set(machine.instanceId, machine);
  const clockAheadMs = change.asOf === undefined ? state.clockAheadMs : timestampMs(change.asOf) - nowMs;
  return {
    ...state,
    machines,
    summary: change.summary,
    heardMs: nowMs,
    // What travels takes its time: less than this is no difference of clocks.
    clockAheadMs: Math.abs(clockAheadMs) < 2_000 ? 0 : clockAheadMs,
  };
}

export function withRefused(state: LiveState, { change }: WatchRefusedResponse, nowMs: number): LiveState {
  const refused = new Map(state.refused);
  if (change.case === "refused") refused.set(change.value.id, change.value);
  if (change.case === "forgottenId") refused.delete(change.value);
  return { ...state, refused, heardMs: nowMs };
}
