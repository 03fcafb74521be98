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
      return cronOf(when.value) === undefined ? undefined : { kind: "cron", expression: when.value, zone };
    }
    case "disabled":
    case undefined:
      return { kind: "disabled" };
  }
}

/**
 * The first time of a cron expression after another, in Unix milliseconds; undefined when there is none.
 * @param offsetMs how far the clock that the expression is read by is ahead of UTC
 */
export function nextCron(expression: string, afterMs: number, offsetMs = 0): number | undefined {
  const next = cronOf(expression)?.nextRun(new Date(afterMs + offsetMs));
  return next === null || next === undefined ? undefined : next.getTime() - offsetMs;
}

/** Parsed once: a fleet has few different ones, and a new verdict asks for the same again. */
const parsed = new Map<string, Cron | undefined>();
const MAX_PARSED = 1_000;

function cronOf(expression: string): Cron | undefined {
  if (parsed.has(expression)) return parsed.get(expression);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const cron = parse(expression);
  parsed.set(expression, cron);
  return cron;
}

function parse(expression: string): Cron | undefined {
  try {
    return new Cron(expression, { paused: true, utcOffset: 0 });
  } catch {
    return undefined;
  }
}

function every(count: number, unitMs: number, unit: string): PlanSchedule {
  return { kind: "every", periodMs: count * unitMs, words: count === 1 ? `every ${unit}` : `every ${count} ${unit}s` };
}
