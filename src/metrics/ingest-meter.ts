/** What became of the operations of a message. */
export const INGEST_OUTCOMES = ["created", "updated", "removed", "unchanged", "poison"] as const;
export type IngestCounts = Readonly<Record<(typeof INGEST_OUTCOMES)[number], number>>;

/** The time over which the slowest message is looked for. */
const WINDOW_MS = 60_000;

/** Counts what is stored and how long that takes, from the moment when a message was received to its commit. */
export class IngestMeter {
  readonly operations: Record<(typeof INGEST_OUTCOMES)[number], number> = {
    created: 0,
    updated: 0,
    removed: 0,
    unchanged: 0,
    poison: 0,
  };
  messages = 0;
  /** Of all messages together. */
  totalMs = 0;
  /** The slowest of this minute and of the one before. */
  #slowest = { sinceMs: 0, now: 0, before: 0 };

  /** @param nowMs on a clock that is never set back */
  stored(counts: IngestCounts, tookMs: number, nowMs: number): void {
    this.messages += 1;
    this.totalMs += tookMs;
    for (const outcome of INGEST_OUTCOMES) this.operations[outcome] += counts[outcome];
    this.#turn(nowMs);
    this.#slowest.now = Math.max(this.#slowest.now, tookMs);
  }

  /** How long the slowest message of the last minute or so took; 0 when none came. */
  slowestMs(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#slowest.now, this.#slowest.before);
  }

  #turn(nowMs: number): void {
    const { sinceMs, now } = this.#slowest;
    if (nowMs - sinceMs < WINDOW_MS) return;
    this.#slowest = { sinceMs: nowMs, now: 0, before: nowMs - sinceMs < 2 * WINDOW_MS ? now : 0 };
  }
}
