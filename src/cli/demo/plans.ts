import type { Course } from "../../client/simulate/course.js";
import { DAY_MS, HOUR_MS, type Rhythm, WEEK_MS } from "../../client/simulate/rhythm.js";
import type { PlanSetup, RepoSetup } from "../../client/simulate/setup.js";

/** A plan of a machine of the demo, and how its backups have gone. */
export interface DemoPlan {
  readonly setup: PlanSetup;
  readonly course: Course;
}

/** What is unusual about a plan. */
export interface Oddities
  extends Partial<Course>,
    Partial<Pick<PlanSetup, "isOff" | "isStuck" | "failure" | "unreadable">> {}

/** As much history as there is of every machine. */
export const YEAR_DAYS = 365;
const GIB = 2 ** 30;

export const REPOS: Readonly<Record<string, RepoSetup>> = {
  vault: { uri: "rest:https://{machine}:{secret}@vault.example.org:8000/{machine}" },
  "s3-fra": {
    uri: "s3:https://s3.fra.example.org/backups/{machine}",
    env: ["AWS_ACCESS_KEY_ID={secret}", "AWS_SECRET_ACCESS_KEY={secret}{secret}"],
  },
  "b2-cold": {
    uri: "b2:example-cold:{machine}",
    env: ["B2_ACCOUNT_ID={secret}", "B2_ACCOUNT_KEY={secret}{secret}"],
    flags: ["--limit-upload=4096"],
  },
  "usb-lab": { uri: "/mnt/usb-lab/restic" },
  "usb-depot": { uri: "/mnt/usb-depot/restic" },
};

/** `plan("documents", "vault", ["/srv/documents"], { gib: 180, added: 1.2 }, daily("03:00"))`: sizes in GiB. */
export function plan(
  planId: string,
  repoId: string,
  paths: readonly string[],
  size: { readonly gib: number; readonly added: number },
  rhythm: Rhythm,
  { isOff, isStuck, failure, unreadable, ...course }: Oddities = {},
): DemoPlan {
  const bytes = Math.floor(size.gib * GIB);
  return {
    setup: {
      planId,
      repoId,
      paths,
      bytes,
      addedBytes: Math.floor(size.added * GIB),
      files: Math.max(40, Math.floor(bytes / 400_000)),
      ...rhythm,
      ...(isOff === undefined ? {} : { isOff }),
      ...(isStuck === undefined ? {} : { isStuck }),
      ...(failure === undefined ? {} : { failure }),
      ...(unreadable === undefined ? {} : { unreadable }),
    },
    course: { days: YEAR_DAYS, ...course },
  };
}

/** `daily("03:20")`, in UTC like the others. */
export function daily(time: string): Rhythm {
  return { periodMs: DAY_MS, atMs: timeMs(time) };
}

/** `everyHours(6, "01:10")`: also at 07:10 and so on. */
export function everyHours(hours: number, time: string): Rhythm {
  return { periodMs: hours * HOUR_MS, atMs: timeMs(time) % (hours * HOUR_MS) };
}

/** At this time once a week, on the weekday that it is then. */
export function weeklySince(ms: number): Rhythm {
  return { periodMs: WEEK_MS, atMs: ms - (ms % 60_000) - Math.floor(ms / WEEK_MS) * WEEK_MS };
}

function timeMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * HOUR_MS + minutes * 60_000;
}
