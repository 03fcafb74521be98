/**
 * Whether a peer's program still speaks. A client that gave up its session leaves the stream open and goes on answering
 * HTTP/2 pings, so a silent session is asked for its resources, and silence after that ends it.
 */
export interface Presence {
  /** When an item of any kind came last. */
  readonly heardMs: number;
  /** When the peer was last asked and has said nothing since. */
  readonly askedMs?: number;
}

export interface PresenceLimits {
  /** Silence after which the peer is asked. */
  readonly idleProbeAfterMs: number;
  /** Silence after the question that ends the session. */
  readonly probeTimeoutMs: number;
}

export type PresenceVerdict = "present" | "ask" | "gone";

/** Any item, whatever it is, shows that the peer's program is there. */
export function heard(nowMs: number): Presence {
  return { heardMs: nowMs };
}

export function asked(presence: Presence, nowMs: number): Presence {
  return { heardMs: presence.heardMs, askedMs: nowMs };
}

export function judgePresence(presence: Presence, limits: PresenceLimits, nowMs: number): PresenceVerdict {
  return nowMs < presenceDeadline(presence, limits) ? "present" : presence.askedMs === undefined ? "ask" : "gone";
}

/** When {@link judgePresence} changes its answer if nothing comes until then. */
export function presenceDeadline(presence: Presence, limits: PresenceLimits): number {
  return presence.askedMs === undefined
    ? presence.heardMs + limits.idleProbeAfterMs
    : presence.askedMs + limits.probeTimeoutMs;
}
