import type { FleetSummary } from "../../gen/hub/v1/fleet_pb.js";

/** The fleet in a sentence, without its full stop; who is left out of it is counted, so that nobody forgets them. */
export function headlineOf(summary: FleetSummary | undefined): string {
  const { headline = "", snoozed = 0, ignored = 0 } = summary ?? {};
  const left = [...(snoozed > 0 ? [`${snoozed} snoozed`] : []), ...(ignored > 0 ? [`${ignored} ignored`] : [])];
  return left.length === 0 ? headline : `${headline} (${left.join(", ")})`;
}
