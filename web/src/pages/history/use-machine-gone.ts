import { useLivePart } from "../../live/live.js";
import { useNow } from "../../live/now.js";
import { presenceOf } from "../../words/presence.js";

/** Whether a machine is away, and not only for a moment: what ran on it when it left may have ended since. */
export function useMachineGone(instanceId: string): boolean {
  const nowMs = useNow();
  const known = useLivePart(({ summary }) => summary !== undefined);
  const machine = useLivePart(({ machines }) => machines.get(instanceId));
  if (machine === undefined) return known;
  const { state } = presenceOf(machine, nowMs);
  return state === "off" || state === "away";
}
