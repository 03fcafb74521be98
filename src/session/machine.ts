import type { CatchUp, CatchUpLimits, CatchUpStep, Known } from "../dialect/catch-up.js";
import type { Dialect, HubMessage, Manifest, PeerHello, PeerMessage } from "../dialect/dialect.js";
import { HubError } from "../errors.js";
import type { EndingCause } from "../fleet/endings.js";
import {
  type LogEffect,
  type LogFetch,
  type LogFetchLimits,
  type LogStep,
  logDeadline,
  logExcused,
  logPieceCame,
  logResumed,
  logsLeft,
  logTick,
  logWanted,
  NO_LOGS,
  nextLog,
  type WantedLog,
} from "../fleet/log-fetch.js";
import {
  asked,
  heard,
  judgePresence,
  type Presence,
  type PresenceLimits,
  presenceDeadline,
} from "../fleet/presence.js";
import type { WaitingPush } from "../fleet/push-target.js";
import { mayThrottle, quietMs } from "../fleet/throttle.js";
import { isQuiet, isSaidInQuiet, MAX_HELD, NOT_QUIET, type Quiet, quietFor } from "./quiet.js";

/** A session's life. Each member carries only what it needs; a deadline belongs to a state and dies with it. */
export type SessionState =
  /** The peer has yet to prove who it is. */
  | { readonly name: "opening"; readonly sinceMs: number }
  /** What its opening needs costs work, for which it waits its turn; whoever gives turns ends the wait. */
  | { readonly name: "queued" }
  /** The handshake is good; the store is asked who this is. */
  | {
      readonly name: "admitting";
      readonly hello: PeerHello;
      readonly catchUps: CatchUps;
      readonly sinceMs: number;
    }
  /** Accepted: history, live changes and everything else flow. */
  | {
      readonly name: "syncing";
      readonly hello: PeerHello;
      readonly presence: Presence;
      readonly catchUp: CatchUp;
      readonly heartbeatAtMs: number;
      readonly logs: LogFetch;
      /** While it lasts, neither a pass nor a log is late. */
      readonly quiet: Quiet;
      /** When the peer was last told to wait. */
      readonly throttledMs: number;
      /** The whole history is to be asked for anew, as soon as the pass that is under way is over. */
      readonly resync: boolean;
      /** Goes out when the peer's history is read and it wants to hear something. */
      readonly push: WaitingPush | undefined;
    }
  | { readonly name: "ended"; readonly reason: SessionEnd };

/** What the machine needs of a session's dialect. */
export type CatchUps = Pick<Dialect, "beginCatchUp">;

/** Why a session ended, for the peer (code and words) and for the hub's own books. */
export interface SessionEnd {
  readonly cause: EndingCause;
  readonly error: HubError;
}

export type SessionEvent =
  /** The opening goes on only when it is this session's turn. */
  | { readonly type: "queued" }
  | { readonly type: "turn" }
  | { readonly type: "hello"; readonly hello: PeerHello; readonly catchUps: CatchUps }
  | ({ readonly type: "admitted" } & Known)
  | { readonly type: "message"; readonly message: PeerMessage }
  /** The store has compared a manifest: these operations are to be asked for. */
  | { readonly type: "compared"; readonly wanted: BigInt64Array }
  /** The store has taken what came before the session awaited it. */
  | { readonly type: "taken" }
  | { readonly type: "pass-ended"; readonly counts: boolean }
  /** A person wants the whole history anew. */
  | { readonly type: "resync" }
  | { readonly type: "log-wanted"; readonly wanted: WantedLog }
  /** Takes the place of a push that has not gone out. */
  | { readonly type: "push-wanted"; readonly push: WaitingPush }
  /** The peer fills more than its share of the queue to the store. */
  | { readonly type: "crowded"; readonly delayMs: number }
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
  | { readonly do: "compare"; readonly manifest: Manifest; readonly everything: boolean }
  /** `taken` is to follow once the store has taken what came until now. */
  | { readonly do: "await-store" }
  | { readonly do: "end-pass"; readonly full: boolean }
  /** What the peer said of itself is kept and shown. */
  | { readonly do: "learn"; readonly message: Extract<PeerMessage, { kind: "heartbeat" | "resources" | "config" }> }
  | Extract<LogEffect, { do: "keep-log" | "log-ended" | "log-dropped" }>
  /** A push has gone out. */
  | { readonly do: "pushed"; readonly id: number }
  | { readonly do: "end"; readonly reason: SessionEnd };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

export interface SessionLimits extends PresenceLimits, CatchUpLimits, LogFetchLimits {
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
  if (event.type === "end") return withLogsLeft(state, end(event.reason));
  switch (state.name) {
    case "opening":
      return opening(state, event, limits, nowMs);
    case "queued":
      return queued(state, event, nowMs);
    case "admitting":
      return admitting(state, event, limits, nowMs);
    case "syncing":
      return withLogsLeft(state, holdBack(syncing(state, event, limits, nowMs), nowMs));
  }
}

/** When a `tick` is due if nothing else happens; infinite when nothing is. */
export function sessionDeadline(state: SessionState, limits: SessionLimits): number {
  switch (state.name) {
    case "opening":
      return state.sinceMs + limits.openingTimeoutMs;
    case "queued":
      return Number.POSITIVE_INFINITY;
    case "admitting":
      return state.sinceMs + limits.openingTimeoutMs;
    case "syncing":
      return Math.min(
        state.heartbeatAtMs,
        isQuiet(state.quiet) ? state.quiet.untilMs : state.catchUp.deadline(limits),
        state.catchUp.idle ? presenceDeadline(state.presence, limits) : Number.POSITIVE_INFINITY,
        isFree(state) ? logDeadline(state.logs, limits) : Number.POSITIVE_INFINITY,
      );
    case "ended":
      return Number.POSITIVE_INFINITY;
  }
}

/** Of a name that a peer asks for, what it gets back; its own names are shorter. */
const MAX_ANSWERED_LOG_ID = 128;

type In<Name extends SessionState["name"]> = Extract<SessionState, { name: Name }>;
type Inner = Exclude<SessionEvent, { type: "end" }>;

function opening(state: In<"opening">, event: Inner, limits: SessionLimits, nowMs: number): SessionStep {
  switch (event.type) {
    case "hello":
      return {
        state: { name: "admitting", hello: event.hello, catchUps: event.catchUps, sinceMs: nowMs },
        effects: [{ do: "admit", hello: event.hello }],
      };
    case "queued":
      return { state: { name: "queued" }, effects: [] };
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

function queued(state: In<"queued">, event: Inner, nowMs: number): SessionStep {
  switch (event.type) {
    case "turn":
      return { state: { name: "opening", sinceMs: nowMs }, effects: [] };
    case "hello":
    case "message":
      return end(protocolError("a message came before it was this session's turn"));
    default:
      return { state, effects: [] };
  }
}

function admitting(state: In<"admitting">, event: Inner, limits: SessionLimits, nowMs: number): SessionStep {
  switch (event.type) {
    case "admitted": {
      const began = state.catchUps.beginCatchUp(event, nowMs);
      return {
        state: {
          name: "syncing",
          // It has done its work; nobody needs to keep it.
          hello: { ...state.hello, pairingSecret: "" },
          presence: heard(nowMs),
          catchUp: began.state,
          heartbeatAtMs: nowMs + limits.heartbeatIntervalMs,
          logs: NO_LOGS,
          quiet: NOT_QUIET,
          throttledMs: Number.NEGATIVE_INFINITY,
          resync: false,
          push: undefined,
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
      return came({ ...state, presence: heard(nowMs) }, event.message, nowMs);
    case "compared":
      return withCatchUp(state, state.catchUp.compared(event.wanted, nowMs), []);
    case "taken":
      return withCatchUp(state, state.catchUp.taken(nowMs), []);
    case "pass-ended":
      return resynced(
        withCatchUp(
          { ...state, logs: logResumed(state.logs, nowMs) },
          state.catchUp.passEnded(event.counts, limits, nowMs),
          [],
        ),
        nowMs,
      );
    case "resync":
      return resynced({ state: { ...state, resync: true }, effects: [] }, nowMs);
    case "log-wanted":
      return state.hello.capabilities.includes("logs")
        ? withLogs(state, logWanted(state.logs, event.wanted))
        : { state, effects: [{ do: "log-dropped", wanted: event.wanted, why: "unanswered" }] };
    case "push-wanted":
      return { state: { ...state, push: event.push }, effects: [] };
    case "crowded":
      return throttle(state, event.delayMs, nowMs);
    case "tick":
      return tick(state, limits, nowMs);
    case "hello":
      return end(protocolError("a second handshake came in one session"));
    default:
      return { state, effects: [] };
  }
}

/** A pass that is under way may have begun before it was wanted, so it is waited for. */
function resynced(step: SessionStep, nowMs: number): SessionStep {
  const { state } = step;
  if (state.name !== "syncing" || !state.resync || !state.catchUp.idle) return step;
  return withCatchUp({ ...state, resync: false }, state.catchUp.beginAnew(nowMs), step.effects);
}

/** What the message itself asks for comes first, and then what it means for the history. */
function came(state: In<"syncing">, message: PeerMessage, nowMs: number): SessionStep {
  const step = receive(state, message, nowMs);
  return step.state.name === "syncing"
    ? withCatchUp(step.state, step.state.catchUp.came(message, nowMs), step.effects)
    : step;
}

function receive(state: In<"syncing">, message: PeerMessage, nowMs: number): SessionStep {
  switch (message.kind) {
    case "operations":
      return { state, effects: [{ do: "ingest", event: message.event, entries: message.entries }] };
    case "resources":
    case "config":
    case "heartbeat":
      return { state, effects: [{ do: "learn", message }] };
    case "log-data":
      return withLogs(state, logPieceCame(state.logs, message, nowMs));
    case "log-request": {
      const logId = message.logId.slice(0, MAX_ANSWERED_LOG_ID);
      const answer = { kind: "log-data", logId, errorMessage: "the hub keeps no log of that name" } as const;
      return { state, effects: [{ do: "send", message: answer }] };
    }
    case "throttle":
      return { state: { ...state, quiet: quietFor(state.quiet, quietMs(message.delayMs), nowMs) }, effects: [] };
    case "manifest":
    case "nothing":
      return { state, effects: [] };
  }
}

function throttle(state: In<"syncing">, delayMs: number, nowMs: number): SessionStep {
  // Said late it would be wrong, so it is not said at all to a peer that wants quiet.
  const told = state.hello.capabilities.includes("throttle") && !isQuiet(state.quiet);
  if (!told || !mayThrottle(state.throttledMs, nowMs)) return { state, effects: [] };
  return {
    state: { ...state, throttledMs: nowMs },
    effects: [{ do: "send", message: { kind: "throttle", delayMs } }],
  };
}

function tick(state: In<"syncing">, limits: SessionLimits, nowMs: number): SessionStep {
  const effects: SessionEffect[] = [];
  let { presence, heartbeatAtMs, catchUp } = state;
  if (nowMs >= heartbeatAtMs) {
    effects.push({ do: "send", message: { kind: "heartbeat" } });
    heartbeatAtMs = nowMs + limits.heartbeatIntervalMs;
  }
  // While a pass is under way its own deadline decides, and its fence is the question.
  if (state.catchUp.idle) {
    const verdict = judgePresence(presence, limits, nowMs);
    if (verdict === "gone") return end(silent("has not answered the hub"));
    if (verdict === "ask") {
      presence = asked(presence, nowMs);
      catchUp = catchUp.askedOtherwise();
      effects.push({ do: "send", message: { kind: "request-resources" } });
    }
  }
  const judged = { ...state, presence, heartbeatAtMs, catchUp };
  if (isQuiet(state.quiet) && nowMs < state.quiet.untilMs) return inQuiet(judged, effects, limits, nowMs);
  const current = isQuiet(state.quiet) ? spokenAgain(judged, effects, nowMs) : judged;
  const step = withCatchUp(current, current.catchUp.tick(limits, nowMs), effects);
  if (step.state.name !== "syncing" || !isFree(step.state)) return step;
  return withLogs(step.state, logTick(step.state.logs, limits, nowMs), step.effects);
}

/** Nothing is late, but what has a longest time keeps it: a peer may ask for quiet again and again. */
function inQuiet(
  state: In<"syncing">,
  effects: readonly SessionEffect[],
  limits: SessionLimits,
  nowMs: number,
): SessionStep {
  const current = { ...state, catchUp: state.catchUp.resumed(nowMs), logs: logExcused(state.logs, nowMs) };
  return current.catchUp.idle
    ? withLogs(current, logTick(current.logs, limits, nowMs), effects)
    : withCatchUp(current, current.catchUp.tick(limits, nowMs), effects);
}

/** The quiet is over: what waited is said now, and what was asked for before is late only from now on. */
function spokenAgain(state: In<"syncing">, effects: SessionEffect[], nowMs: number): In<"syncing"> {
  for (const message of state.quiet.held) effects.push({ do: "send", message });
  return {
    ...state,
    quiet: NOT_QUIET,
    catchUp: state.catchUp.resumed(nowMs),
    logs: logExcused(state.logs, nowMs),
  };
}

/** Logs wait while the history comes, and while the peer wants quiet. */
function isFree(state: In<"syncing">): boolean {
  return state.catchUp.idle && !isQuiet(state.quiet);
}

/** Last in every step: asks for the next log where the peer has time, and keeps back what it does not want to hear. */
function holdBack(step: SessionStep, nowMs: number): SessionStep {
  if (step.state.name !== "syncing") return step;
  if (isFree(step.state)) {
    const { state, effects } = pushNext(step.state, step.effects, nowMs);
    return withLogs(state, nextLog(state.logs, nowMs), effects);
  }
  if (!isQuiet(step.state.quiet)) return step;
  const held = [...step.state.quiet.held];
  const passUnderWay = !step.state.catchUp.idle;
  const effects = step.effects.filter((effect) => {
    if (effect.do !== "send" || isSaidInQuiet(effect.message, passUnderWay)) return true;
    held.push(effect.message);
    return false;
  });
  if (held.length > MAX_HELD) {
    const why = "this Backrest keeps asking the hub while it wants no answer";
    return end({ cause: "protocol", error: new HubError("resource_exhausted", why) });
  }
  return { state: { ...step.state, quiet: { ...step.state.quiet, held } }, effects };
}

/** A change, and behind it the question whether the peer goes on: one that refuses it falls silent. */
function pushNext(
  state: In<"syncing">,
  before: readonly SessionEffect[],
  nowMs: number,
): { readonly state: In<"syncing">; readonly effects: readonly SessionEffect[] } {
  if (state.push === undefined) return { state, effects: before };
  const { id, change } = state.push;
  return {
    state: {
      ...state,
      push: undefined,
      presence: asked(state.presence, nowMs),
      catchUp: state.catchUp.askedOtherwise(),
    },
    effects: [
      ...before,
      { do: "send", message: { kind: "set-config", change } },
      { do: "send", message: { kind: "request-resources" } },
      { do: "pushed", id },
    ],
  };
}

function withLogs(state: In<"syncing">, step: LogStep, before: readonly SessionEffect[] = []): SessionStep {
  const effects: SessionEffect[] = [...before];
  for (const effect of step.effects) {
    if (effect.do === "refuse") {
      return end({ cause: "protocol", error: new HubError(effect.code, effect.why) });
    }
    effects.push(
      effect.do === "request-log" ? { do: "send", message: { kind: "request-log", logId: effect.logId } } : effect,
    );
  }
  return { state: { ...state, logs: step.state }, effects };
}

/** Whoever waits for a log of a session that ends is told so first. */
function withLogsLeft(before: SessionState, step: SessionStep): SessionStep {
  if (before.name !== "syncing" || step.state.name !== "ended") return step;
  const left = logsLeft(before.logs).filter((effect) => effect.do === "log-ended" || effect.do === "log-dropped");
  return { state: step.state, effects: [...left, ...step.effects] };
}

function withCatchUp(state: In<"syncing">, step: CatchUpStep, before: readonly SessionEffect[]): SessionStep {
  for (const effect of step.effects) if (effect.do === "give-up") return end(silent(effect.why));
  return { state: { ...state, catchUp: step.state }, effects: [...before, ...step.effects.map(toSessionEffect)] };
}

function toSessionEffect(effect: CatchUpStep["effects"][number]): SessionEffect {
  switch (effect.do) {
    case "give-up":
      return { do: "end", reason: silent(effect.why) };
    default:
      return effect;
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
