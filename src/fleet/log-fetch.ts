import { LOG_MAX_BYTES, type NamedLog } from "../store/logs.js";

/** A log that the hub wants of a peer. */
export interface WantedLog extends NamedLog {
  /** A reader waits for it: it goes before those that nobody waits for. */
  readonly forReader: boolean;
  /** False while its operation runs: what comes is only what there is until now. */
  readonly operationEnded: boolean;
}

/** A piece of a log, as a peer sends it. */
export interface LogPiece {
  readonly logId: string;
  /** The peer's own number of the operation; 0 where it does not say. */
  readonly ownerOpid: bigint;
  /** Unix seconds; 0 where it does not say. */
  readonly expirationTsUnix: bigint;
  /** An empty one ends the log. */
  readonly chunk: Uint8Array;
  /** Why there is no log, and its end. */
  readonly errorMessage: string;
}

/** How the fetching of a log ended. */
export type LogEnding =
  | { readonly how: "whole" }
  /** It is larger than what the hub keeps of a log. */
  | { readonly how: "cut" }
  /** The peer has no such log, in its own words. */
  | { readonly how: "refused"; readonly why: string }
  /** The peer says that it belongs to another operation: nothing of it is kept. */
  | { readonly how: "foreign" }
  /** Nothing came of it for too long, or its end did not. */
  | { readonly how: "silent" }
  /** The session ended first. */
  | { readonly how: "left" };

/** The logs of one peer: one at a time is asked for, the others wait. Pure; what came is kept elsewhere. */
export interface LogFetch {
  readonly current: RunningFetch | undefined;
  readonly waiting: readonly WantedLog[];
  /** What was asked for lately: more of it may come late, and is no offence. */
  readonly asked: readonly string[];
  /** What was asked for and never ended: asked for again, an old piece could not be told from a new one. */
  readonly given: readonly string[];
  /** Bytes that came and were thrown away since a log was asked for last. */
  readonly ignoredBytes: number;
}

export interface RunningFetch {
  readonly wanted: WantedLog;
  readonly askedMs: number;
  readonly heardMs: number;
  readonly bytes: number;
  readonly expirationTsUnix: bigint;
  /** Its ending is known; what is left of it is read and thrown away. */
  readonly settled: boolean;
}

export interface LogFetchLimits {
  /** Silence after which a log that was asked for is given up. */
  readonly logTimeoutMs: number;
}

export type LogEffect =
  | { readonly do: "request-log"; readonly logId: string }
  | { readonly do: "keep-log"; readonly chunk: Uint8Array }
  | {
      readonly do: "log-ended";
      readonly wanted: WantedLog;
      readonly ending: LogEnding;
      readonly expirationTsUnix: bigint;
    }
  /** One that waited is not asked for. */
  | { readonly do: "log-dropped"; readonly wanted: WantedLog; readonly why: "too-many" | "unanswered" | "left" }
  | { readonly do: "refuse"; readonly code: "invalid_argument" | "resource_exhausted"; readonly why: string };

export interface LogStep {
  readonly state: LogFetch;
  readonly effects: readonly LogEffect[];
}

export const NO_LOGS: LogFetch = { current: undefined, waiting: [], asked: [], given: [], ignoredBytes: 0 };

const MAX_WAITING = 64;
const MAX_ASKED = 64;
/** After so many logs that never ended, the peer is asked for no more in its session. */
const MAX_GIVEN = 16;
/** However steadily its pieces come. */
const LONGEST_FETCH_MS = 300_000;
const MAX_IGNORED_BYTES = 64 << 20;
const MAX_WORDS = 200;

/** Somebody wants a log. */
export function logWanted(state: LogFetch, wanted: WantedLog): LogStep {
  if (!answers(state, wanted)) {
    return { state, effects: [{ do: "log-dropped", wanted, why: "unanswered" }] };
  }
  const { current } = state;
  if (current !== undefined && !current.settled && isSame(current.wanted, wanted)) return { state, effects: [] };
  const again = state.waiting.find((each) => isSame(each, wanted));
  if (again !== undefined && (again.forReader || !wanted.forReader)) return { state, effects: [] };
  const others = state.waiting.filter((each) => each !== again);
  const dropped = others.length < MAX_WAITING ? undefined : (others.find(({ forReader }) => !forReader) ?? wanted);
  const waiting = [...others, wanted].filter((each) => each !== dropped);
  return {
    // Stable, so that each kind keeps its order.
    state: { ...state, waiting: waiting.toSorted((a, b) => Number(b.forReader) - Number(a.forReader)) },
    effects: dropped === undefined ? [] : [{ do: "log-dropped", wanted: dropped, why: "too-many" }],
  };
}

/** The peer has time: asks for the next log that waits. */
export function nextLog(state: LogFetch, nowMs: number): LogStep {
  if (state.current !== undefined || state.waiting.length === 0) return { state, effects: [] };
  const [wanted, ...waiting] = state.waiting.filter((each) => answers(state, each));
  const dropped = state.waiting
    .filter((each) => !answers(state, each))
    .map((each) => ({ do: "log-dropped", wanted: each, why: "unanswered" }) as const);
  if (wanted === undefined) return { state: { ...state, waiting: [] }, effects: dropped };
  return {
    state: {
      ...state,
      current: { wanted, askedMs: nowMs, heardMs: nowMs, bytes: 0, expirationTsUnix: 0n, settled: false },
      waiting,
      asked: [...state.asked.filter((name) => name !== wanted.ref), wanted.ref].slice(-MAX_ASKED),
      ignoredBytes: 0,
    },
    effects: [...dropped, { do: "request-log", logId: wanted.ref }],
  };
}

/** A piece of a log came. */
export function logPieceCame(state: LogFetch, piece: LogPiece, nowMs: number): LogStep {
  const { current } = state;
  if (current?.wanted.ref !== piece.logId) return strayPiece(state, piece);
  const isEnd = piece.chunk.byteLength === 0 || piece.errorMessage !== "";
  if (current.settled) {
    return isEnd ? { state: { ...state, current: undefined }, effects: [] } : ignored(state, piece);
  }
  if (piece.ownerOpid !== 0n && piece.ownerOpid !== current.wanted.originalId) {
    return settle(state, current, { how: "foreign" }, isEnd);
  }
  if (piece.errorMessage !== "") {
    return settle(state, current, { how: "refused", why: plainWords(piece.errorMessage) }, true);
  }
  const { expirationTsUnix } = piece;
  const heard = { ...current, heardMs: nowMs, ...(expirationTsUnix === 0n ? {} : { expirationTsUnix }) };
  if (isEnd) return settle(state, heard, { how: "whole" }, true);
  const room = LOG_MAX_BYTES - current.bytes;
  const chunk = piece.chunk.subarray(0, room);
  const keep = { do: "keep-log", chunk } as const;
  const grown = { ...heard, bytes: current.bytes + chunk.byteLength };
  if (piece.chunk.byteLength <= room) return { state: { ...state, current: grown }, effects: [keep] };
  const step = settle(state, grown, { how: "cut" }, false);
  return { state: step.state, effects: [keep, ...step.effects] };
}

/** Time passed. */
export function logTick(state: LogFetch, limits: LogFetchLimits, nowMs: number): LogStep {
  const { current } = state;
  if (current === undefined || nowMs < logDeadline(state, limits)) return { state, effects: [] };
  const given = [...state.given, current.wanted.ref];
  return current.settled
    ? { state: { ...state, current: undefined, given }, effects: [] }
    : settle({ ...state, given }, current, { how: "silent" }, true);
}

/** When {@link logTick} has something to do if nothing happens until then. */
export function logDeadline({ current }: LogFetch, limits: LogFetchLimits): number {
  if (current === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(current.heardMs + limits.logTimeoutMs, current.askedMs + LONGEST_FETCH_MS);
}

/** The peer could not answer until now, for reasons that are not its own: its clock starts again. */
export function logResumed(state: LogFetch, nowMs: number): LogFetch {
  const { current } = state;
  return current === undefined ? state : { ...state, current: { ...current, askedMs: nowMs, heardMs: nowMs } };
}

/** The session ends: what it has not brought, it will not bring. */
export function logsLeft({ current, waiting }: LogFetch): LogEffect[] {
  const left: LogEffect[] = waiting.map((wanted) => ({ do: "log-dropped", wanted, why: "left" }));
  if (current !== undefined && !current.settled) {
    const { wanted, expirationTsUnix } = current;
    left.unshift({ do: "log-ended", wanted, ending: { how: "left" }, expirationTsUnix });
  }
  return left;
}

/** Whether the peer can be expected to answer for this log. */
function answers({ given }: LogFetch, { ref }: WantedLog): boolean {
  return given.length < MAX_GIVEN && !given.includes(ref);
}

function settle(state: LogFetch, current: RunningFetch, ending: LogEnding, isEnd: boolean): LogStep {
  const { wanted, expirationTsUnix } = current;
  return {
    state: { ...state, current: isEnd ? undefined : { ...current, settled: true } },
    effects: [{ do: "log-ended", wanted, ending, expirationTsUnix }],
  };
}

function strayPiece(state: LogFetch, piece: LogPiece): LogStep {
  if (state.asked.includes(piece.logId)) return ignored(state, piece);
  const why = "this Backrest sent a log that the hub did not ask for";
  return { state, effects: [{ do: "refuse", code: "invalid_argument", why }] };
}

function ignored(state: LogFetch, { chunk }: LogPiece): LogStep {
  const ignoredBytes = state.ignoredBytes + chunk.byteLength;
  if (ignoredBytes <= MAX_IGNORED_BYTES) return { state: { ...state, ignoredBytes }, effects: [] };
  const why = "this Backrest sends a log that does not end";
  return { state, effects: [{ do: "refuse", code: "resource_exhausted", why }] };
}

function isSame(a: NamedLog, b: NamedLog): boolean {
  return a.operationId === b.operationId && a.ref === b.ref;
}

/** A peer's words, short and in one line. */
function plainWords(words: string): string {
  return words
    .slice(0, MAX_WORDS)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, " ")
    .trim();
}
