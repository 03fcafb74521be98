import type { PlanHistory } from "../../../../gen/hub/v1/fleet_pb.js";
import { size } from "../../words/sizes.js";
import { DAY_MS, duration } from "../../words/times.js";

/** A bar of a chart: a day, or a week where days would be too thin to see. */
export interface Bucket {
  /** The first moment of its first day, and of the day behind its last one. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Backups that ended, and of those the ones that failed. */
  readonly backups: number;
  readonly failed: number;
  /** Of all of them together. */
  readonly bytes: number;
  readonly durationMs: number;
}

/** What a chart shows of a bucket. */
export type Measure = "bytes" | "durationMs";

/** Bars beyond this many are thinner than a pointer can tell apart. */
const MOST_DAILY = 120;
const WEEK = 7;

/** The newest days of a plan. @param firstDayMs of the columns */
export function bucketsOf(history: PlanHistory, firstDayMs: number, days: number): Bucket[] {
  const all = history.results.length;
  const width = days > MOST_DAILY ? WEEK : 1;
  const buckets: Bucket[] = [];
  // The newest bucket is whole, and the oldest may lack days.
  for (let end = all; end > Math.max(0, all - days); end -= width) {
    const start = Math.max(0, all - days, end - width);
    const sum = (column: readonly (number | bigint)[]) =>
      column.slice(start, end).reduce<number>((total, value) => total + Number(value), 0);
    buckets.unshift({
      fromMs: firstDayMs + start * DAY_MS,
      toMs: firstDayMs + end * DAY_MS,
      backups: sum(history.backups),
      failed: sum(history.failed),
      bytes: sum(history.bytesAdded),
      durationMs: sum(history.durationMs),
    });
  }
  return buckets;
}

/** Of one backup on an average; undefined where none ended. */
export function valueOf(bucket: Bucket, measure: Measure): number | undefined {
  return bucket.backups === 0 ? undefined : bucket[measure] / bucket.backups;
}

/** Whether all that ended in it failed. */
export function isBad({ backups, failed }: Bucket): boolean {
  return backups > 0 && failed === backups;
}

/** The middle of what is there; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Backups vary: what stands out is far beyond nine in ten of them, where enough of them are known. */
const ODD_TIMES = 3;
const ODD_NEEDS = 10;

/** Beyond this a value stands out; undefined where too few are known to tell. */
export function oddBeyond(values: readonly number[]): number | undefined {
  if (values.length < ODD_NEEDS) return undefined;
  const high = values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)];
  return high === undefined || high === 0 ? undefined : ODD_TIMES * high;
}

/** The highest value that an axis is made for: one that stands out far must not flatten all others. */
export function highestOf(values: readonly number[]): number {
  const highest = Math.max(0, ...values);
  const beyond = oddBeyond(values);
  return beyond === undefined ? highest : Math.min(highest, beyond);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS: Readonly<Record<Measure, (value: number) => number>> = {
  bytes: (value) => 1024 ** Math.max(0, Math.floor(Math.log(value) / Math.log(1024))),
  durationMs: (value) => (value >= 2 * HOUR_MS ? HOUR_MS : value >= 2 * MINUTE_MS ? MINUTE_MS : 1_000),
};
const ROUND = [1, 2, 4, 6, 10, 20, 40, 60, 100, 200, 400, 600, 1_000];

/** A round number at or above the highest value, which can be halved. */
export function topOf(highest: number, measure: Measure): number {
  if (highest <= 0) return measure === "bytes" ? 1024 : 1_000;
  const step = STEPS[measure](highest);
  const times = highest / step;
  return step * (ROUND.find((round) => round >= times) ?? Math.ceil(times));
}

export function inWords(value: number, measure: Measure): string {
  return measure === "bytes" ? size(Math.round(value)) : duration(value);
}

/**
 * A line through measured points: the lowest and the highest mark of its axis, with the points between them. What lies
 * halfway is round as well, and as far apart as sizes are said.
 */
export function boundsOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const unit = STEPS.bytes(Math.max(high, 1));
  const spread = Math.max(high - low, high * 0.02, 1);
  const least = unit === 1 || high >= 100 * unit ? 1 : 0.1;
  const round = Math.max(least, 10 ** Math.floor(Math.log10(spread / unit))) * unit;
  const below = low === high ? 1 : 0;
  const down = Math.max(0, Math.floor(low / round) - below);
  const up = Math.ceil(high / round) + below;
  const odd = round < 2 * least * unit ? (up - down) % 2 : 0;
  return { low: down * round, high: (up + odd) * round };
}
