import type { Mark } from "../store/store.js";
import type { CatchUpLimits } from "./catch-up.js";

/**
 * How the hub catches up with a seed peer: it asks for what changed since its mark and then for the peer's resources;
 * since a client handles requests in order, the answer to the second is a fence behind the first's batches. The client
 * also greets with its resources unasked, which can cross the request, so the first answer only leads to a second
 * question, and the second answer is the fence. Answers to questions from before the pass are counted off first.
 *
 * Pure: a state, an event, and what to do about it.
 */
export type SeedState =
  /** Nothing is asked for; the next full pass is due at `fullPassAtMs`. */
  | ({ readonly step: "idle"; readonly fullPassAtMs: number } & Questions)
  /** Asked. Behind `stale` answers to earlier questions, what comes first may be the greeting. */
  | ({ readonly step: "asked"; readonly asks: Asks; readonly stale: number } & Pass)
  /** Asked a second time; the next answer is the fence. */
  | ({ readonly step: "fenced"; readonly asks: Asks } & Pass)
  /** Behind the fence; the store is closing the pass. */
  | ({ readonly step: "settling" } & Pass);

interface Questions {
  /** Questions for the peer's resources that are unanswered. */
  readonly open: number;
}

interface Pass extends Questions {
  readonly full: boolean;
  readonly startedMs: number;
}

/** The unanswered fence question: since when there is silence, and how often it was put. */
export interface Asks {
  readonly sinceMs: number;
  readonly times: number;
}

/** A pass over what changed does not show what was deleted while the peer was away: the full one follows soon. */
const FULL_PASS_SOON_MS = 900_000;

export type SeedEffect =
  | { readonly do: "begin-pass"; readonly full: boolean }
  | { readonly do: "request-operations"; readonly sinceModno: bigint }
  | { readonly do: "request-resources" }
  | { readonly do: "end-pass"; readonly full: boolean }
  | { readonly do: "give-up"; readonly why: string };

export interface SeedStep {
  readonly state: SeedState;
  readonly effects: readonly SeedEffect[];
}

/**
 * Begins a pass: over everything, or over what changed since the mark.
 * @param open questions for resources that are unanswered still
 */
export function beginCatchUp(mark: Mark | undefined, full: boolean, open: number, nowMs: number): SeedStep {
  const everything = full || mark === undefined;
  const asks = { sinceMs: nowMs, times: 1 };
  return {
    state: { step: "asked", full: everything, startedMs: nowMs, asks, stale: open, open: open + 1 },
    effects: [
      { do: "begin-pass", full: everything },
      { do: "request-operations", sinceModno: everything ? 0n : mark.modno },
      { do: "request-resources" },
    ],
  };
}

/** The peer was asked for its resources for another reason than a pass. */
export function askedOtherwise(state: SeedState): SeedState {
  return { ...state, open: state.open + 1 };
}

/** The peer sent its resources. */
export function resourcesCame(state: SeedState, nowMs: number): SeedStep {
  // The greeting answers nothing, but counting it as an answer errs by one, which the second question makes up for.
  const open = Math.max(0, state.open - 1);
  switch (state.step) {
    case "asked": {
      if (state.stale > 0) return { state: { ...state, stale: state.stale - 1, open }, effects: [] };
      const { full, startedMs } = state;
      return {
        state: { step: "fenced", full, startedMs, asks: { sinceMs: nowMs, times: 1 }, open: open + 1 },
        effects: [{ do: "request-resources" }],
      };
    }
    case "fenced":
      return {
        state: { step: "settling", full: state.full, startedMs: state.startedMs, open },
        effects: [{ do: "end-pass", full: state.full }],
      };
    default:
      return { state: { ...state, open }, effects: [] };
  }
}

/** Anything came from the peer: while its history flows, the fence is not late. */
export function somethingCame(state: SeedState, nowMs: number): SeedState {
  return state.step === "asked" || state.step === "fenced" ? { ...state, asks: { sinceMs: nowMs, times: 1 } } : state;
}

/**
 * The store closed the pass. When the row at the mark did not come back, the mark is worth nothing: ask for everything.
 * @param markHeld of a full pass: whether it counts
 */
export function passEnded(state: SeedState, markHeld: boolean, limits: CatchUpLimits, nowMs: number): SeedStep {
  if (state.step !== "settling") return { state, effects: [] };
  if (!state.full && !markHeld) return beginCatchUp(undefined, true, state.open, nowMs);
  const known = state.full && markHeld;
  const untilFullMs = known ? limits.fullPassIntervalMs : Math.min(limits.fullPassIntervalMs, FULL_PASS_SOON_MS);
  return { state: { step: "idle", fullPassAtMs: nowMs + untilFullMs, open: state.open }, effects: [] };
}

/** Time passed. */
export function catchUpTick(state: SeedState, limits: CatchUpLimits, nowMs: number): SeedStep {
  switch (state.step) {
    case "idle":
      return nowMs < state.fullPassAtMs ? { state, effects: [] } : beginCatchUp(undefined, true, state.open, nowMs);
    case "settling":
      return { state, effects: [] };
    default:
      if (nowMs >= state.startedMs + limits.passTimeoutMs) {
        return giveUp(state, `did not finish sending its history within ${limits.passTimeoutMs / 60_000} minutes`);
      }
      if (nowMs < state.asks.sinceMs + limits.fenceTimeoutMs) return { state, effects: [] };
      if (state.asks.times > 1) return giveUp(state, "stopped answering in the middle of sending its history");
      return {
        state: { ...state, asks: { sinceMs: nowMs, times: state.asks.times + 1 }, open: state.open + 1 },
        effects: [{ do: "request-resources" }],
      };
  }
}

/** When {@link catchUpTick} has something to do if nothing happens until then. */
export function catchUpDeadline(state: SeedState, limits: CatchUpLimits): number {
  switch (state.step) {
    case "idle":
      return state.fullPassAtMs;
    case "settling":
      return Number.POSITIVE_INFINITY;
    default:
      return Math.min(state.asks.sinceMs + limits.fenceTimeoutMs, state.startedMs + limits.passTimeoutMs);
  }
}

function giveUp(state: SeedState, why: string): SeedStep {
  return { state, effects: [{ do: "give-up", why }] };
}
