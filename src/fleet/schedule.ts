import { Cron } from "croner";
import { type Schedule, Schedule_Clock } from "../../gen/v1/config_pb.js";

/** A plan's schedule as verdicts need it. */
export type PlanSchedule =
  | { readonly kind: "disabled" }
  /** At most so often: the next one is due so long after the last. */
  | { readonly kind: "every"; readonly periodMs: number; readonly words: string }
  | { readonly kind: "cron"; readonly expression: string; readonly zone: "utc" | "machine" };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Any: an expression is understood in every year or in none. */
const KNOWN_YEAR = 2_000;

/** Undefined for a schedule that this hub does not understand; one that is not there is never run. */
export function readSchedule(schedule: Schedule | undefined): PlanSchedule | undefined {
  const when = schedule?.schedule;
  switch (when?.case) {
    case "maxFrequencyDays":
      return when.value > 0 ? every(when.value, DAY_MS, "day") : undefined;
    case "maxFrequencyHours":
      return when.value > 0 ? every(when.value, HOUR_MS, "hour") : undefined;
    case "cron": {
      const zone = schedule?.clock === Schedule_Clock.UTC ? "utc" : "machine";
      return cronOf(when.value, KNOWN_YEAR) === undefined ? undefined : { kind: "cron", expression: when.value, zone };
    }
    case "disabled":
    case undefined:
      return { kind: "disabled" };
  }
}

/**
 * The first time of a cron expression after another, in Unix milliseconds; undefined when there is none within the next
 * years, or the expression is not understood.
 * @param offsetMs how far the clock that the expression is read by is ahead of UTC
 */
export function nextCron(expression: string, afterMs: number, offsetMs = 0): number | undefined {
  const after = new Date(afterMs + offsetMs);
  const times = cronOf(expression, after.getUTCFullYear());
  if (times === undefined || after.getTime() >= times.noneFromMs) return undefined;
  const next = times.cron.nextRun(after);
  if (next !== null) return next.getTime() - offsetMs;
  times.noneFromMs = after.getTime();
  return undefined;
}

/** Longer than any that a person writes, and short enough to be parsed in no time. */
const MAX_EXPRESSION_LENGTH = 128;
/** A 29 February that falls into a year without one is at most eight years away. */
const YEARS = 9;
/** `+` is Croner's own, no Backrest knows it, and it may take Croner a long time to find that there is no such day. */
const NOT_OF_BACKREST = /\+/;

interface Times {
  readonly cron: Cron;
  /** From then on there is none, which takes the longest to find out. */
  noneFromMs: number;
}

/** Parsed once: a fleet has few different ones, and a new verdict asks for the same again. */
const parsed = new Map<string, Times | undefined>();
const MAX_PARSED = 1_000;

/** An expression as it is in some years: without an end, Croner looks for a 30 February until the year 9999. */
function cronOf(expression: string, year: number): Times | undefined {
  const key = `${year} ${expression}`;
  if (parsed.has(key)) return parsed.get(key);
  // Nothing of what may be megabytes is kept.
  if (expression.length > MAX_EXPRESSION_LENGTH) return undefined;
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const times = parse(expression, year);
  parsed.set(key, times);
  return times;
}

function parse(expression: string, year: number): Times | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift("0");
  if (fields.length === 6) fields.push("*");
  // What is one word is a nickname like @daily, which comes every year.
  if (fields.length > 1 && fields[6] === "*") fields[6] = `${year}-${year + YEARS}`;
  else if (fields.length > 1) return undefined;
  try {
    if (NOT_OF_BACKREST.test(expression)) return undefined;
    const cron = new Cron(fields.join(" "), { paused: true, utcOffset: 0 });
    return { cron, noneFromMs: Number.POSITIVE_INFINITY };
  } catch {
    return undefined;
  }
}

function every(count: number, unitMs: number, unit: string): PlanSchedule {
  return { kind: "every", periodMs: count * unitMs, words: count === 1 ? `every ${unit}` : `every ${count} ${unit}s` };
}
