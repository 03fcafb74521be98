import type { Mark } from "../store/store.js";
import type { HubMessage, Manifest, PeerMessage } from "./dialect.js";

/**
 * How far the hub is with a peer's history. Pure: a state that is never changed, an event, and what to do about it. What
 * is asked of the store is answered by {@link CatchUp.compared}, {@link CatchUp.taken} and {@link CatchUp.passEnded}.
 */
export interface CatchUp {
  /** For people who read a state. */
  readonly step: string;
  /** Nothing is asked for, so that there is time for other things. */
  readonly idle: boolean;
  /** Anything came from the peer. */
  came(message: PeerMessage, nowMs: number): CatchUpStep;
  /** The peer was asked for its resources for another reason than to catch up; only while idle. */
  askedOtherwise(): CatchUp;
  /** The peer kept silent because it wanted to: what was asked for is late only from now on. */
  resumed(nowMs: number): CatchUp;
  /** The store has compared the manifest: these are to be asked for. */
  compared(wanted: BigInt64Array, nowMs: number): CatchUpStep;
  /** The store has taken what came before it was asked whether it has: there is room for more. */
  taken(nowMs: number): CatchUpStep;
  /**
   * The store has closed the pass.
   * @param counts whether its outcome can be relied on
   */
  passEnded(counts: boolean, limits: CatchUpLimits, nowMs: number): CatchUpStep;
  /** Asks for the whole history, whatever is known of it; only while idle. */
  beginAnew(nowMs: number): CatchUpStep;
  tick(limits: CatchUpLimits, nowMs: number): CatchUpStep;
  /** When {@link tick} has something to do if nothing happens until then. */
  deadline(limits: CatchUpLimits): number;
}

export interface CatchUpStep {
  readonly state: CatchUp;
  readonly effects: readonly CatchUpEffect[];
}

export type CatchUpEffect =
  /** The store notes from now on what comes. */
  | { readonly do: "begin-pass"; readonly full: boolean }
  | { readonly do: "send"; readonly message: HubMessage }
  /**
   * What differs from the store, or everything, is answered to {@link CatchUp.compared}. The manifest's arrays are handed
   * over.
   */
  | { readonly do: "compare"; readonly manifest: Manifest; readonly everything: boolean }
  /** Answered to {@link CatchUp.taken} when the store has taken what came until now. */
  | { readonly do: "await-store" }
  | { readonly do: "end-pass"; readonly full: boolean }
  | { readonly do: "give-up"; readonly why: string };

/** What the hub knew of a peer's history before the session. */
export interface Known {
  readonly mark: Mark | undefined;
  readonly fullPassDue: boolean;
}

export interface CatchUpLimits {
  /** Silence after which an unanswered fence is asked for once more, and then ends the session. */
  readonly fenceTimeoutMs: number;
  readonly fullPassIntervalMs: number;
  /** The longest that one pass may take, whatever comes in the meantime. */
  readonly passTimeoutMs: number;
}
