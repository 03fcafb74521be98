import type { HubMessage } from "../dialect/dialect.js";

/**
 * The time in which a peer wants to be left alone. What the hub has to say waits, in order; only what keeps the session
 * alive is said.
 */
export interface Quiet {
  readonly untilMs: number;
  readonly held: readonly HubMessage[];
}

export const NOT_QUIET: Quiet = { untilMs: 0, held: [] };

/** More that waits than this is more than the hub says by itself: the peer keeps asking while it wants no answer. */
export const MAX_HELD = 64;

/** Of two times the later one counts: what was promised is kept. */
export function quietFor(quiet: Quiet, ms: number, nowMs: number): Quiet {
  return ms <= 0 ? quiet : { ...quiet, untilMs: Math.max(quiet.untilMs, nowMs + ms) };
}

export function isQuiet(quiet: Quiet): boolean {
  return quiet.untilMs > 0;
}

/**
 * Whether a message is said all the same: a heartbeat is, and so is the question whether the peer is still there; the
 * same question as the fence of a pass has to stay behind that pass's request.
 */
export function isSaidInQuiet(message: HubMessage, passUnderWay: boolean): boolean {
  return message.kind === "heartbeat" || (message.kind === "request-resources" && !passUnderWay);
}
