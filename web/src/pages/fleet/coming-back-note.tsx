import { useLivePart } from "../../live/live.js";
import { useKnownNow } from "../../live/now.js";
import { Icon } from "../../parts/icon.js";
import { comingBackWords } from "./lead.js";

/** That the hub has just started, and how many have yet to come back. */
export function ComingBackNote() {
  const summary = useLivePart((state) => state.summary);
  const nowMs = useKnownNow();
  const words = summary === undefined ? "" : comingBackWords(summary, nowMs);
  if (words === "") return null;
  return (
    <div className="note plain fleet-note">
      <Icon name="hub" />
      <p>{words}</p>
    </div>
  );
}
