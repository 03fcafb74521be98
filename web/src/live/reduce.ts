import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { WatchRefusedResponse } from "../../../gen/hub/v1/connections_pb.js";
import type { WatchFleetResponse } from "../../../gen/hub/v1/fleet_pb.js";
import type { LiveChange, LiveState } from "./messages.js";

export const NOTHING_YET: LiveState = {
  link: { state: "connecting" },
  summary: undefined,
  machines: new Map(),
  refused: new Map(),
  clockAheadMs: 0,
};

/** @param whole the first message of a stream, which names all machines that there are */
export function withFleet(state: LiveState, change: WatchFleetResponse, whole: boolean, nowMs: number): LiveState {
  if (change.summary === undefined) return state;
  const machines = new Map(whole ? [] : state.machines);
  for (const id of change.removed) machines.delete(id);
  for (const machine of change.instances) machines.set(machine.instanceId, machine);
  const clockAheadMs = change.asOf === undefined ? state.clockAheadMs : timestampMs(change.asOf) - nowMs;
  return {
    ...state,
    machines,
    summary: change.summary,
    // What travels takes its time: less than this is no difference of clocks.
    clockAheadMs: Math.abs(clockAheadMs) < 2_000 ? 0 : clockAheadMs,
  };
}

export function withRefused(state: LiveState, { change }: WatchRefusedResponse): LiveState {
  const refused = new Map(state.refused);
  if (change.case === "refused") refused.set(change.value.id, change.value);
  if (change.case === "forgottenId") refused.delete(change.value);
  return { ...state, refused };
}

/** What a page has to be told so that it knows `next`, where it knows `told`. */
export function changeBetween(told: LiveState, next: LiveState): LiveChange {
  const { link, summary, clockAheadMs } = next;
  const machines = difference(told.machines, next.machines);
  const refused = difference(told.refused, next.refused);
  return {
    link,
    summary,
    clockAheadMs,
    machines: machines.changed,
    removed: machines.gone,
    refused: refused.changed,
    forgotten: refused.gone,
  };
}

/** The same objects stand for what has not changed, so that nothing of it is drawn anew. */
export function withChange(state: LiveState, change: LiveChange): LiveState {
  const { machines, removed, refused, forgotten, ...rest } = change;
  return {
    ...rest,
    machines: patched(state.machines, machines, ({ instanceId }) => instanceId, removed),
    refused: patched(state.refused, refused, ({ id }) => id, forgotten),
  };
}

function difference<T>(told: ReadonlyMap<string, T>, next: ReadonlyMap<string, T>) {
  if (told === next) return { changed: [], gone: [] };
  return {
    changed: [...next].flatMap(([id, value]) => (told.get(id) === value ? [] : [value])),
    gone: [...told.keys()].filter((id) => !next.has(id)),
  };
}

function patched<T>(
  old: ReadonlyMap<string, T>,
  changed: readonly T[],
  idOf: (value: T) => string,
  gone: readonly string[],
): ReadonlyMap<string, T> {
  if (changed.length === 0 && gone.length === 0) return old;
  const next = new Map(old);
  for (const id of gone) next.delete(id);
  for (const value of changed) next.set(idOf(value), value);
  return next;
}
