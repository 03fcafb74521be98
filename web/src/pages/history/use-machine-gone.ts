import { useLivePart } from "../../live/live.js";

/** Whether a machine has no session now: what ran on it when it left may have ended since. */
export function useMachineGone(instanceId: string): boolean {
  return useLivePart(({ machines, summary }) => summary !== undefined && machines.get(instanceId)?.connected !== true);
}
