import {
  askedOtherwise,
  beginCatchUp,
  type CatchUp,
  type CatchUpEffect,
  type CatchUpLimits,
  type CatchUpStep,
  catchUpDeadline,
  catchUpTick,
  passEnded,
  resourcesCame,
  somethingCame,
} from "../dialect/seed-catch-up.js";
import type { HubMessage, PeerHello, PeerMessage } from "../dialect/dialect.js";
import { HubError } from "../errors.js";
import type { EndingCause } from "../fleet/endings.js";
import {
  asked,
  heard,
  judgePresence,
  type Presence,
  type PresenceLimits,
  presenceDeadline,
} from "../fleet/presence.js";
import type { Mark } from "../store/store.js";

/** A session's life. Each member carries only what it needs; a deadline belongs to a state and dies with it. */
export type SessionState =
  /** The stream is open; the first message has not come. */
  | { readonly name: "opening"; readonly openedMs: number }
  /** The handshake is good; the store is asked who this is. */
  | { readonly name: "admitting"; readonly hello: PeerHello; readonly sinceMs: number }
  /** Accepted: history, live changes and everything else flow. */
  | {
      readonly name: "syncing";
      readonly presence: Presence;
      readonly catchUp: CatchUp;
      readonly heartbeatAtMs: number;
    }
  | { readonly name: "ended"; readonly reason: SessionEnd };

/** Why a session ended, for the peer (code and words) and for the hub's own books. */
export interface SessionEnd {
  readonly cause: EndingCause;
  readonly error: HubError;
}

export type SessionEvent =
  | { readonly type: "hello"; readonly hello: PeerHello }
  | { readonly type: "admitted"; readonly mark: Mark | undefined; readonly fullPassDue: boolean }
  | { readonly type: "message"; readonly message: PeerMessage }
  | { readonly type: "pass-ended"; readonly markHeld: boolean }
  | { readonly type: "tick" }
  /** Anything from outside that ends the session, whatever it was doing. */
  | { readonly type: "end"; readonly reason: SessionEnd };

export type SessionEffect =
  | { readonly do: "admit"; readonly hello: PeerHello }
  /** The hub's own handshake goes out: only ever after the peer was accepted. */
  | { readonly do: "send-handshake" }
  | { readonly do: "send"; readonly message: HubMessage }
  | { readonly do: "ingest"; readonly event: Uint8Array; readonly entries: number }
  | { readonly do: "begin-pass"; readonly full: boolean }
  | { readonly do: "end-pass"; readonly full: boolean }
  /** What the peer said of itself is kept and shown. */
  | { readonly do: "learn"; readonly message: Extract<PeerMessage, { kind: "heartbeat" | "resources" | "config" }> }
  | { readonly do: "end"; readonly reason: SessionEnd };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

export interface SessionLimits extends PresenceLimits, CatchUpLimits {
  /** For the first message, and for the hub's own look-up behind it. */
  readonly openingTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** Moves a session. Pure: what to do about it is returned, the time is an argument. */
export function transition(
  state: SessionState,
  event: SessionEvent,
  limits: SessionLimits,
  nowMs: number,
): SessionStep {
  if (state.name === "ended") return { state, effects: [] };
  if (event.type === "end") return end(event.reason);
  switch (state.name) {
    case "opening":
      return opening(state, event, limits, nowMs);
    case "admitting":
      return admitting(state, event, limits, nowMs);
    case "syncing":
      return syncing(state, event, limits, nowMs);
  }
}

/** When a `tick` is due if nothing else happens; infinite when nothing is. */
export function sessionDeadline(state: SessionState, limits: SessionLimits): number {
  switch (state.name) {
    case "opening":
      return state.openedMs + limits.openingTimeoutMs;
    case "admitting":
      return state.sinceMs + limits.openingTimeoutMs;
    case "syncing":
      return Math.min(
        state.heartbeatAtMs,
        catchUpDeadline(state.catchUp, limits),
        state.catchUp.step === "idle" ? presenceDeadline(state.presence, limits) : Number.POSITIVE_INFINITY,
      );
    case "ended":
      return Number.POSITIVE_INFINITY;
  }
}

type In<Name extends SessionState["name"]> = Extract<SessionState, { name: Name }>;
type Inner = Exclude<SessionEvent, { type: "end" }>;

function opening(state: In<"opening">, event: Inner, limits: SessionLimits, nowMs: number): SessionStep {
  switch (event.type) {
    case "hello":
      return {
        state: { name: "admitting", hello: event.hello, sinceMs: nowMs },
        effects: [{ do: "admit", hello: event.hello }],
      };
    case "tick":
      return nowMs < sessionDeadline(state, limits)
        ? { state, effects: [] }
        : end({
            cause: "refused",
            error: new HubError(
              "deadline_exceeded",
              `no handshake came within ${limits.openingTimeoutMs / 1000} seconds; restart Backrest on this machine`,
            ),
          });
    case "message":
      return end(protocolError("a message came before the handshake"));
    default:
      return { state, effects: [] };
  }
}

function admitting(state: In<"admitting">, event: Inner, limits: SessionLimits, nowMs: number): SessionStep {
  switch (event.type) {
    case "admitted": {
      const began = beginCatchUp(event.mark, event.fullPassDue, 0, nowMs);
      return {
        state: {
          name: "syncing",
          presence: heard(nowMs),
          catchUp: began.state,
          heartbeatAtMs: nowMs + limits.heartbeatIntervalMs,
        },
        effects: [{ do: "send-handshake" }, ...began.effects.map(toSessionEffect)],
      };
    }
    case "tick":
      return nowMs < sessionDeadline(state, limits)
        ? { state, effects: [] }
        : end({
            cause: "failure",
            error: new HubError("unavailable", "the hub is too busy to answer; it will be tried again"),
          });
    case "hello":
    case "message":
      return end(protocolError("a second message came before the hub's answer to the handshake"));
    default:
      return { state, effects: [] };
  }
}

function syncing(state: In<"syncing">, event: Inner, limits: SessionLimits, nowMs: number): SessionStep {
  switch (event.type) {
    case "message":
      return receive(
        { ...state, presence: heard(nowMs), catchUp: somethingCame(state.catchUp, nowMs) },
        event.message,
        nowMs,
      );
    case "pass-ended":
      return withCatchUp(state, passEnded(state.catchUp, event.markHeld, limits, nowMs), []);
    case "tick":
      return tick(state, limits, nowMs);
    case "hello":
      return end(protocolError("a second handshake came in one session"));
    default:
      return { state, effects: [] };
  }
}

function receive(state: In<"syncing">, message: PeerMessage, nowMs: number): SessionStep {
  switch (message.kind) {
    case "operations":
      return { state, effects: [{ do: "ingest", event: message.event, entries: message.entries }] };
    case "resources":
      return withCatchUp(state, resourcesCame(state.catchUp, nowMs), [{ do: "learn", message }]);
    case "config":
    case "heartbeat":
      return { state, effects: [{ do: "learn", message }] };
    case "nothing":
      return { state, effects: [] };
  }
}

function tick(state: In<"syncing">, limits: SessionLimits, nowMs: number): SessionStep {
  const effects: SessionEffect[] = [];
  let { presence, heartbeatAtMs, catchUp } = state;
  if (nowMs >= heartbeatAtMs) {
    effects.push({ do: "send", message: { kind: "heartbeat" } });
    heartbeatAtMs = nowMs + limits.heartbeatIntervalMs;
  }
  // While a pass is under way its own deadline decides, and its fence is the question.
  if (state.catchUp.step === "idle") {
    const verdict = judgePresence(presence, limits, nowMs);
    if (verdict === "gone") return end(silent("has not answered the hub"));
    if (verdict === "ask") {
      presence = asked(presence, nowMs);
      catchUp = askedOtherwise(catchUp);
      effects.push({ do: "send", message: { kind: "request-resources" } });
    }
  }
  return withCatchUp({ ...state, presence, heartbeatAtMs }, catchUpTick(catchUp, limits, nowMs), effects);
}

function withCatchUp(state: In<"syncing">, step: CatchUpStep, before: readonly SessionEffect[]): SessionStep {
  for (const effect of step.effects) if (effect.do === "give-up") return end(silent(effect.why));
  return { state: { ...state, catchUp: step.state }, effects: [...before, ...step.effects.map(toSessionEffect)] };
}

function toSessionEffect(effect: CatchUpEffect): SessionEffect {
  switch (effect.do) {
    case "begin-pass":
    case "end-pass":
      return effect;
    case "request-operations":
      return { do: "send", message: { kind: "request-operations", sinceModno: effect.sinceModno } };
    case "request-resources":
      return { do: "send", message: { kind: "request-resources" } };
    case "give-up":
      return { do: "end", reason: silent(effect.why) };
  }
}

function end(reason: SessionEnd): SessionStep {
  return { state: { name: "ended", reason }, effects: [{ do: "end", reason }] };
}

function protocolError(what: string): SessionEnd {
  return {
    cause: "protocol",
    error: new HubError("invalid_argument", `${what}; this does not look like a released version of Backrest`),
  };
}

function silent(why: string): SessionEnd {
  return {
    cause: "silent",
    error: new HubError("unavailable", `this Backrest ${why}; the hub ended the session so that it dials again`),
  };
}
