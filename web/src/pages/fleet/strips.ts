import type { DayResult, GetHistoryResponse, InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";

/** Results of each day by plan; the same object as long as they are the same. */
export type Strips = ReadonlyMap<string, readonly DayResult[]>;

export const NO_STRIPS: Strips = new Map();
export const DAY_MS = 86_400_000;

export function stripKey(instanceId: string, planId: string): string {
  return `${instanceId}\n${planId}`;
}

/** @param of whom all days were read; undefined: of all machines */
export function withDays(old: Strips, { plans }: GetHistoryResponse, of?: readonly string[]): Strips {
  const read = new Map(plans.map(({ instanceId, planId, results }) => [stripKey(instanceId, planId), results]));
  const next = new Map<string, readonly DayResult[]>();
  if (of !== undefined) {
    const those = new Set(of);
    for (const [key, days] of old) if (!those.has(key.slice(0, key.indexOf("\n")))) next.set(key, days);
  }
  for (const [key, days] of read) {
    const known = old.get(key);
    next.set(key, known !== undefined && isSame(known, days) ? known : days);
  }
  return next;
}

function isSame(one: readonly DayResult[], other: readonly DayResult[]): boolean {
  return one.length === other.length && one.every((result, day) => result === other[day]);
}

/** Machines of which a backup has ended since. */
export function endedSince(
  before: ReadonlyMap<string, InstanceHealth>,
  now: ReadonlyMap<string, InstanceHealth>,
): string[] {
  const ended: string[] = [];
  for (const [id, machine] of now) {
    const old = before.get(id);
    if (old !== machine && (old === undefined || runsOf(old) !== runsOf(machine))) ended.push(id);
  }
  return ended;
}

function runsOf({ plans }: InstanceHealth): string {
  return plans
    .map(({ planId, lastRun }) => `${planId}\n${lastRun?.operationId ?? ""}`)
    .toSorted()
    .join("\n");
}

/** How many days there is room for; cells under 3 px tell nothing. */
export function daysIn(widthPx: number): number {
  if (widthPx >= 270) return 90;
  return widthPx >= 180 ? 60 : 45;
}
