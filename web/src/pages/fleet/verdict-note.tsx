import { timestampMs } from "@bufbuild/protobuf/wkt";
import { DayResult, type InstanceHealth, type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { useKnownNow } from "../../live/now.js";
import { near } from "../../words/times.js";

interface VerdictNoteProps {
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth | undefined;
}

/** What goes with a verdict: that the last run had warnings, that it is being learned, and until when nobody is told. */
export function VerdictNote({ machine: { settings }, plan }: VerdictNoteProps) {
  const nowMs = useKnownNow();
  const words: string[] = [];
  if (plan?.verdict === Verdict.OK && plan.lastSuccess?.result === DayResult.WARNING) words.push("with warnings");
  if (plan?.learning !== undefined) words.push(`learning, ${plan.learning.backups} of ${plan.learning.needed}`);
  if (settings?.ignored === true) words.push("ignored");
  else if (settings?.snoozedUntil !== undefined)
    words.push(`snoozed until ${near(timestampMs(settings.snoozedUntil), nowMs).replace(/, .*/u, "")}`);
  if (words.length === 0) return null;
  return <div className="vnote">{words.join(", ")}</div>;
}
