import { create } from "@bufbuild/protobuf";
import { type Schedule, Schedule_Clock, ScheduleSchema } from "../../../gen/v1/config_pb.js";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;
/** The epoch began on a Thursday. */
const FIRST_WEEKDAY = 4;

/** When a workload runs: `atMs` after each multiple of the period, counted from the epoch, in UTC. */
export interface Rhythm {
  /** A whole number of minutes that divides the hour, of hours that divides the day, a day, or a week. */
  readonly periodMs: number;
  readonly atMs: number;
}

/** The first time of the rhythm that is not before this. */
export function nextRun({ periodMs, atMs }: Rhythm, nowMs: number): number {
  return nowMs + ((((atMs - nowMs) % periodMs) + periodMs) % periodMs);
}

/** The rhythm as a Backrest's schedule, read as UTC. */
export function scheduleOf(rhythm: Rhythm): Schedule {
  const schedule = { case: "cron", value: cronOf(rhythm) } as const;
  return create(ScheduleSchema, { schedule, clock: Schedule_Clock.UTC });
}

function cronOf({ periodMs, atMs }: Rhythm): string {
  const minutes = Math.floor(atMs / 60_000);
  const [minute, hour] = [minutes % 60, Math.floor(minutes / 60) % 24];
  if (periodMs < HOUR_MS) return `${steps(minute, periodMs / 60_000, 60)} * * * *`;
  if (periodMs < DAY_MS) return `${minute} ${periodMs === HOUR_MS ? "*" : steps(hour, periodMs / HOUR_MS, 24)} * * *`;
  const weekday = (FIRST_WEEKDAY + Math.floor(atMs / DAY_MS)) % 7;
  return `${minute} ${hour} * * ${periodMs === WEEK_MS ? weekday : "*"}`;
}

/** `5,20,35,50`. */
function steps(first: number, step: number, end: number): string {
  const all: number[] = [];
  for (let n = first % step; n < end; n += step) all.push(n);
  return all.join(",");
}
