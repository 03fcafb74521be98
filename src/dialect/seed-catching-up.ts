import type { CatchUp, CatchUpEffect, CatchUpLimits, CatchUpStep, Known } from "./catch-up.js";
import type { PeerMessage } from "./dialect.js";
import {
  askedOtherwise,
  beginCatchUp,
  catchUpDeadline,
  catchUpTick,
  passEnded,
  resourcesCame,
  type SeedEffect,
  type SeedState,
  type SeedStep,
  somethingCame,
} from "./seed-catch-up.js";

/** The seed's way to catch up, as every session drives it. */
export class SeedCatchUp implements CatchUp {
  readonly state: SeedState;

  constructor(state: SeedState) {
    this.state = state;
  }

  static begin({ mark, fullPassDue }: Known, nowMs: number): CatchUpStep {
    return stepOf(beginCatchUp(mark, fullPassDue, 0, nowMs));
  }

  get step(): string {
    return this.state.step;
  }

  get idle(): boolean {
    return this.state.step === "idle";
  }

  came(message: PeerMessage, nowMs: number): CatchUpStep {
    const state = somethingCame(this.state, nowMs);
    return message.kind === "resources"
      ? stepOf(resourcesCame(state, nowMs))
      : { state: new SeedCatchUp(state), effects: [] };
  }

  askedOtherwise(): CatchUp {
    return new SeedCatchUp(askedOtherwise(this.state));
  }

  resumed(nowMs: number): CatchUp {
    return new SeedCatchUp(somethingCame(this.state, nowMs));
  }

  compared(): CatchUpStep {
    return { state: this, effects: [] };
  }

  taken(): CatchUpStep {
    return { state: this, effects: [] };
  }

  passEnded(counts: boolean, limits: CatchUpLimits, nowMs: number): CatchUpStep {
    return stepOf(passEnded(this.state, counts, limits, nowMs));
  }

  beginAnew(nowMs: number): CatchUpStep {
    return stepOf(beginCatchUp(undefined, true, this.state.open, nowMs));
  }

  tick(limits: CatchUpLimits, nowMs: number): CatchUpStep {
    return stepOf(catchUpTick(this.state, limits, nowMs));
  }

  deadline(limits: CatchUpLimits): number {
    return catchUpDeadline(this.state, limits);
  }
}

function stepOf({ state, effects }: SeedStep): CatchUpStep {
  return { state: new SeedCatchUp(state), effects: effects.map(effectOf) };
}

function effectOf(effect: SeedEffect): CatchUpEffect {
  switch (effect.do) {
    case "request-operations":
      return { do: "send", message: { kind: "request-operations", sinceModno: effect.sinceModno } };
    case "request-resources":
      return { do: "send", message: { kind: "request-resources" } };
    default:
      return effect;
  }
}
