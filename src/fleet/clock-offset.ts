import { nextCron } from "./schedule.js";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
/** The clocks of the world, from UTC-12 to UTC+14. */
const MOST_BEHIND_MS = 12 * 60 * MINUTE_MS;
const MOST_AHEAD_MS = 14 * 60 * MINUTE_MS;
/** A backup begins within this time of its schedule, or waited for another one. */
const PUNCTUAL_MS = 10 * MINUTE_MS;
/** The newest starts that are looked at: few enough to lie between two changes of the clock. */
const MAX_STARTS = 6;
const MIN_STARTS = 3;
const MIN_SHARE = 0.6;
/** Times of a schedule around one start; what comes more often needs no zone. */
const MAX_TIMES = 30;

/**
 * How far the clock of a machine is ahead of UTC, as it shows in when its backups began: nobody tells a hub the zone by
 * which a machine reads its schedule. Undefined where too few began on time, or where several offsets fit and differ in
 * what comes next.
 */
export function learnOffset(expression: string, startsMs: readonly number[]): number | undefined {
  const starts = startsMs.slice(-MAX_STARTS);
  if (starts.length < MIN_STARTS) return undefined;
  const votes = new Map<number, number>();
  for (const startMs of starts) {
    for (const offsetMs of offsetsOf(expression, startMs)) votes.set(offsetMs, (votes.get(offsetMs) ?? 0) + 1);
  }
  const most = Math.max(0, ...votes.values());
  if (most < MIN_SHARE * starts.length) return undefined;
  const best = [...votes].filter(([, count]) => count === most).map(([offsetMs]) => offsetMs);
  const afterMs = starts.at(-1) ?? 0;
  const nexts = new Set(best.map((offsetMs) => nextCron(expression, afterMs, offsetMs)));
  return nexts.size === 1 ? best[0] : undefined;
}

/** The offsets under which a backup that began then was on time. */
function offsetsOf(expression: string, startMs: number): Set<number> {
  const offsets = new Set<number>();
  let timeMs: number | undefined = startMs - MOST_BEHIND_MS - PUNCTUAL_MS;
  for (let n = 0; n < MAX_TIMES; n++) {
    timeMs = nextCron(expression, timeMs);
    if (timeMs === undefined || timeMs > startMs + MOST_AHEAD_MS) break;
    const offsetMs = Math.ceil((timeMs - startMs) / QUARTER_MS) * QUARTER_MS;
    if (offsetMs - (timeMs - startMs) <= PUNCTUAL_MS) offsets.add(offsetMs);
  }
  return offsets;
}
