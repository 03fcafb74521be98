/** When a Backrest dials again, by generation: `seed` is v1.11.0 to v1.12.1, `current` v1.13.0 and later. */
export type RetryGeneration = "seed" | "current";

/** Sessions that ended since the start, a change of the configuration or, in the current generation, a long session. */
export interface RetryState {
  readonly endings: number;
}

export interface Retry {
  /** Milliseconds from the end of the session to the next one. */
  readonly delayMs: number;
  readonly state: RetryState;
}

/** The state of a Backrest that has just started, or whose configuration has just changed. */
export const FRESH: RetryState = { endings: 0 };

const MINUTE_MS = 60_000;
const MAX_DOUBLINGS = 5;
/** The current generation waits at least this long; the seed generation dials at once. */
const FLOOR_MS: Record<RetryGeneration, number> = { seed: 0, current: 1_000 };

/**
 * Upstream's rule: a minute less what the session lasted, and on top of it 2, 4, 8, 16 and then always 32 minutes. The
 * current generation forgets earlier endings once a session has lasted a minute; the seed generation never does.
 * @param lastedMs how long the session lasted; 0 for one that did not come about
 */
export function nextRetry(generation: RetryGeneration, state: RetryState, lastedMs: number): Retry {
  const endings = generation === "current" && lastedMs >= MINUTE_MS ? 0 : state.endings;
  const backOffMs = endings === 0 ? 0 : 2 ** Math.min(endings, MAX_DOUBLINGS) * MINUTE_MS;
  const delayMs = Math.max(FLOOR_MS[generation], MINUTE_MS - lastedMs + backOffMs);
  return { delayMs, state: { endings: endings + 1 } };
}
