import type { MachineFacts } from "./machine-facts.js";

/** Of a machine that had its session when the hub stopped. */
export interface ComingBack {
  readonly hubStartedMs: number;
  /** After that it is just not there. */
  readonly untilMs: number;
}

/** A Backrest that lost its session waits for up to five minutes before it dials again. */
export const COMING_BACK_MS = 6 * 60_000;

/** Undefined once it is there, or refused, or should have come. */
export function comingBackAt(
  { connected, refused, comingBack }: Pick<MachineFacts, "connected" | "refused" | "comingBack">,
  nowMs: number,
): ComingBack | undefined {
  if (comingBack === undefined || connected || refused !== undefined) return undefined;
  return nowMs < comingBack.untilMs ? comingBack : undefined;
}
