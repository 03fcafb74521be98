import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { FleetSummary } from "../../gen/hub/v1/fleet_pb.js";
import { count, span } from "../fleet/words.js";

/** The fleet in a sentence, without its full stop; who is left out of it is counted, so that nobody forgets them. */
export function headlineOf(summary: FleetSummary | undefined): string {
  const { headline = "", snoozed = 0, ignored = 0 } = summary ?? {};
  const left = [...(snoozed > 0 ? [`${snoozed} snoozed`] : []), ...(ignored > 0 ? [`${ignored} ignored`] : [])];
  return left.length === 0 ? headline : `${headline} (${left.join(", ")})`;
}

/** Of a hub that has just started: who has yet to come back. Empty where nobody has. */
export function comingBackOf({ machines, comingBack }: FleetSummary, nowMs: number): string {
  if (comingBack?.hubStarted === undefined) return "";
  const age = span(nowMs - timestampMs(comingBack.hubStarted));
  const have = comingBack.machines === 1 ? "has" : "have";
  return `The hub started ${age} ago: ${comingBack.machines} of ${count(machines, "machine")} ${have} yet to come back. Backrest waits for up to 5 minutes before it does.`;
}
