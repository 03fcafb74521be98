import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { InstanceHealth } from "../../../gen/hub/v1/fleet_pb.js";
import { count } from "./sizes.js";
import { span } from "./times.js";
import { HERE, type Where } from "./where.js";

/** Whether a machine talks, which never says whether it is backed up. */
export interface PresenceWords {
  readonly state: "on" | "reconnecting" | "back" | "away" | "off";
  readonly words: string;
}

/** A gap that is shorter is none: a Backrest that lost its session is back within a minute. */
const RECONNECTING_MS = 60_000;

export function presenceOf(machine: InstanceHealth, nowMs: number, where: Where = HERE): PresenceWords {
  const { connected, presenceSince, lastSeen, catchUp, settings } = machine;
  const sinceMs = presenceSince === undefined ? undefined : timestampMs(presenceSince);
  if (connected) {
    if (catchUp !== undefined) {
      const all = catchUp.expected === undefined ? "" : ` of ${count(catchUp.expected, where)}`;
      return { state: "on", words: `connected, catching up ${count(catchUp.received, where)}${all}` };
    }
    return { state: "on", words: "connected" };
  }
  if (isComingBack(machine, nowMs)) return { state: "back", words: "coming back" };
  const goneMs = sinceMs ?? (lastSeen === undefined ? undefined : timestampMs(lastSeen));
  if (goneMs === undefined) return { state: "off", words: "never connected" };
  const gap = nowMs - goneMs;
  if (gap < RECONNECTING_MS) return { state: "reconnecting", words: "reconnecting" };
  if (settings?.notAlwaysOn === true) return { state: "away", words: `away ${span(gap)} · not always on` };
  return { state: "off", words: `offline ${span(gap)}` };
}

/** Whether the hub has just started, and this machine may still be on its way back. */
export function isComingBack({ connected, comingBackUntil }: InstanceHealth, nowMs: number): boolean {
  return !connected && comingBackUntil !== undefined && nowMs < timestampMs(comingBackUntil);
}
