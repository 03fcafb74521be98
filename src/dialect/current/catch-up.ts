import type { CatchUp, CatchUpEffect, CatchUpLimits, CatchUpStep } from "../catch-up.js";
import type { HubMessage, Manifest, PeerMessage } from "../dialect.js";
import { MAX_REQUESTED_IDS } from "./codec.js";

/** Requests that may be unanswered at a time. */
const MAX_REQUESTS = 4;
/** What was lost on the way is asked for again sooner than what is only old. */
const MANIFEST_SOON_MS = 900_000;
const NOTHING: readonly CatchUpEffect[] = [];
const FENCE: HubMessage = { kind: "request-resources" };

/** Questions for the peer's resources, which it answers in their order. */
interface Questions {
  readonly asked: number;
  readonly answered: number;
}

/** Since when there is silence, and how often what is awaited was asked for. */
interface Asks {
  readonly sinceMs: number;
  readonly times: number;
}

interface Pass extends Questions {
  readonly startedMs: number;
}

export type ManifestState =
  /** The peer's history is known; a fresh manifest is due at `nextAtMs`. */
  | ({ readonly step: "idle"; readonly nextAtMs: number } & Questions)
  /** The manifest is to come: the greeting's, which needs no question, or one that was asked for. */
  | ({ readonly step: "awaiting"; readonly everything: boolean; readonly asks: Asks } & Pass)
  /** The store compares it with what it has. */
  | ({ readonly step: "comparing" } & Pass)
  /** Operations are asked for, each request with a fence behind it. */
  | ({
      readonly step: "fetching";
      readonly wanted: BigInt64Array;
      /** The place of the next id to ask for. */
      readonly next: number;
      /** The unanswered fence behind each request: which of all questions it is, ascending. */
      readonly fences: readonly number[];
      /** Requests that are answered, while the store has yet to take what came. */
      readonly untaken: number;
      readonly asks: Asks;
    } & Pass)
  /** Behind the last fence; the store is closing the pass. */
  | ({ readonly step: "settling" } & Pass);

type In<Step extends ManifestState["step"]> = Extract<ManifestState, { step: Step }>;

/**
 * How the hub catches up with a current peer: the peer sends a manifest of what it has, unasked in its greeting; the
 * store finds out what is new, changed or gone; the hub asks for the former in small requests. Each has a question for
 * the peer's resources behind it, and since a client handles requests in order, its answer is a fence: what did not come
 * before it does not exist any more. Each request is made when the store has taken the answer to one before it, so that
 * what waits in memory does not grow with the history.
 */
export class ManifestCatchUp implements CatchUp {
  readonly state: ManifestState;

  constructor(state: ManifestState) {
    this.state = state;
  }

  /** Everything that comes from here on is newer than the manifest may be. */
  static begin(nowMs: number): CatchUpStep {
    return { state: awaiting(false, { asked: 0, answered: 0 }, nowMs), effects: [{ do: "begin-pass", full: true }] };
  }

  get step(): string {
    return this.state.step;
  }

  get idle(): boolean {
    return this.state.step === "idle";
  }

  came(message: PeerMessage, nowMs: number): CatchUpStep {
    const heard = this.resumed(nowMs);
    switch (message.kind) {
      case "manifest":
        return heard.#manifestCame(message.manifest, nowMs);
      case "resources":
        return heard.#resourcesCame(nowMs);
      default:
        return { state: heard, effects: NOTHING };
    }
  }

  askedOtherwise(): CatchUp {
    return new ManifestCatchUp({ ...this.state, asked: this.state.asked + 1 });
  }

  resumed(nowMs: number): ManifestCatchUp {
    const { state } = this;
    if (state.step !== "fetching" && state.step !== "awaiting") return this;
    // A manifest that was asked for twice is not asked for a third time because something else came.
    const times = state.step === "fetching" ? 1 : state.asks.times;
    return new ManifestCatchUp({ ...state, asks: { sinceMs: nowMs, times } });
  }

  compared(wanted: BigInt64Array, nowMs: number): CatchUpStep {
    const { state } = this;
    if (state.step !== "comparing") return { state: this, effects: NOTHING };
    return ask({
      ...state,
      step: "fetching",
      wanted,
      next: 0,
      fences: [],
      untaken: 0,
      asks: { sinceMs: nowMs, times: 1 },
    });
  }

  taken(nowMs: number): CatchUpStep {
    const { state } = this;
    if (state.step !== "fetching") return { state: this, effects: NOTHING };
    return ask({ ...state, untaken: state.untaken - 1, asks: { sinceMs: nowMs, times: 1 } });
  }

  passEnded(counts: boolean, limits: CatchUpLimits, nowMs: number): CatchUpStep {
    const { state } = this;
    if (state.step !== "settling") return { state: this, effects: NOTHING };
    const { fullPassIntervalMs } = limits;
    const nextAtMs = nowMs + (counts ? fullPassIntervalMs : Math.min(fullPassIntervalMs, MANIFEST_SOON_MS));
    const { asked, answered } = state;
    return { state: new ManifestCatchUp({ step: "idle", nextAtMs, asked, answered }), effects: NOTHING };
  }

  beginAnew(nowMs: number): CatchUpStep {
    return askForManifest(this.state, true, nowMs);
  }

  tick(limits: CatchUpLimits, nowMs: number): CatchUpStep {
    const { state } = this;
    switch (state.step) {
      case "idle":
        return nowMs < state.nextAtMs ? { state: this, effects: NOTHING } : askForManifest(state, true, nowMs);
      case "awaiting":
      case "fetching":
        return this.#judge(state, limits, nowMs);
      default:
        return { state: this, effects: NOTHING };
    }
  }

  deadline(limits: CatchUpLimits): number {
    const { state } = this;
    switch (state.step) {
      case "idle":
        return state.nextAtMs;
      case "awaiting":
      case "fetching":
        return Math.min(
          isWaitedFor(state) ? state.asks.sinceMs + limits.fenceTimeoutMs : Number.POSITIVE_INFINITY,
          state.startedMs + limits.passTimeoutMs,
        );
      default:
        return Number.POSITIVE_INFINITY;
    }
  }

  #manifestCame(manifest: Manifest, nowMs: number): CatchUpStep {
    const { state } = this;
    switch (state.step) {
      case "awaiting": {
        const { startedMs, asked, answered } = state;
        return {
          state: new ManifestCatchUp({ step: "comparing", startedMs, asked, answered }),
          effects: [{ do: "compare", manifest, everything: state.everything }],
        };
      }
      case "idle":
        // Nobody asked, so that nothing is known about what came before it: one that was asked for tells more.
        return askForManifest(state, false, nowMs);
      default:
        // Asked for twice, answered twice: the first one counts.
        return { state: this, effects: NOTHING };
    }
  }

  #resourcesCame(nowMs: number): CatchUpStep {
    const { state } = this;
    // The greeting's come without a question.
    const answered = Math.min(state.asked, state.answered + 1);
    if (state.step !== "fetching") return { state: new ManifestCatchUp({ ...state, answered }), effects: NOTHING };
    const fences = state.fences.filter((question) => question > answered);
    const untaken = state.untaken + state.fences.length - fences.length;
    return {
      state: new ManifestCatchUp({ ...state, answered, fences, untaken, asks: { sinceMs: nowMs, times: 1 } }),
      effects: fences.length < state.fences.length ? [{ do: "await-store" }] : NOTHING,
    };
  }

  #judge(state: In<"awaiting" | "fetching">, limits: CatchUpLimits, nowMs: number): CatchUpStep {
    if (nowMs >= state.startedMs + limits.passTimeoutMs) {
      return this.#giveUp(`did not finish sending its history within ${limits.passTimeoutMs / 60_000} minutes`);
    }
    if (!isWaitedFor(state) || nowMs < state.asks.sinceMs + limits.fenceTimeoutMs) {
      return { state: this, effects: NOTHING };
    }
    const asks = { sinceMs: nowMs, times: state.asks.times + 1 };
    if (state.step === "awaiting") {
      if (asks.times > 1) return this.#giveUp("does not tell the hub which operations it has");
      return {
        state: new ManifestCatchUp({ ...state, asks }),
        effects: [{ do: "send", message: { kind: "request-manifest" } }],
      };
    }
    if (asks.times > 2) return this.#giveUp("stopped answering in the middle of sending its history");
    return {
      state: new ManifestCatchUp({ ...state, asks, asked: state.asked + 1 }),
      effects: [{ do: "send", message: FENCE }],
    };
  }

  #giveUp(why: string): CatchUpStep {
    return { state: this, effects: [{ do: "give-up", why }] };
  }
}

/** Whether it is the peer's turn: it is not while the store has yet to take all that came. */
function isWaitedFor(state: In<"awaiting" | "fetching">): boolean {
  return state.step === "awaiting" || state.fences.length > 0;
}

function awaiting(everything: boolean, { asked, answered }: Questions, nowMs: number): ManifestCatchUp {
  return new ManifestCatchUp({
    step: "awaiting",
    everything,
    startedMs: nowMs,
    asks: { sinceMs: nowMs, times: 0 },
    asked,
    answered,
  });
}

/**
 * What came until now is older than the manifest that is asked for.
 * @param everything once in a while the peer sends all of it again: it gives numbers, modnos included, to other
 * operations after a restart, which no manifest shows
 */
function askForManifest(questions: Questions, everything: boolean, nowMs: number): CatchUpStep {
  return {
    state: awaiting(everything, questions, nowMs),
    effects: [
      { do: "begin-pass", full: true },
      { do: "send", message: { kind: "request-manifest" } },
    ],
  };
}

/** Sends requests as far as their number allows; behind the last one's answer the pass is over. */
function ask(state: In<"fetching">): CatchUpStep {
  const { wanted, untaken, startedMs, answered } = state;
  const effects: CatchUpEffect[] = [];
  const fences = [...state.fences];
  let { next, asked } = state;
  while (next < wanted.length && fences.length + untaken < MAX_REQUESTS) {
    const opIds = wanted.subarray(next, next + MAX_REQUESTED_IDS);
    effects.push({ do: "send", message: { kind: "request-operation-data", opIds } }, { do: "send", message: FENCE });
    next += opIds.length;
    fences.push(++asked);
  }
  if (fences.length + untaken > 0) return { state: new ManifestCatchUp({ ...state, next, fences, asked }), effects };
  return {
    state: new ManifestCatchUp({ step: "settling", startedMs, asked, answered }),
    effects: [{ do: "end-pass", full: true }],
  };
}
