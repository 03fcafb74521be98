import { create } from "@bufbuild/protobuf";
import { Hook_Condition } from "../../../gen/v1/config_pb.js";
import { OperationIndexSnapshotSchema, OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { ResticSnapshot } from "../../../gen/v1/restic_pb.js";
import type { History } from "../history.js";
import { type Course, type Run, runsOf } from "./course.js";
import type { Profile, Workload } from "./profile.js";
import type { Random } from "./random.js";
import { finished } from "./restic.js";
import { DAY_MS, HOUR_MS, WEEK_MS } from "./rhythm.js";
import { belongsTo, KEEP_LAST, PARTIAL, SYSTEM_PLAN } from "./tasks.js";

export interface PastParts {
  readonly profile: Profile;
  readonly history: History;
  readonly random: Random;
  readonly nowMs: number;
  readonly courseOf: (workload: Workload) => Course;
}

const { STATUS_SUCCESS, STATUS_WARNING, STATUS_ERROR } = OperationStatus;
/** Before, runs are known by their backup and their snapshot. */
const WHOLE_DAYS = 90;
/** A repo has grown by this share in the time. */
const GROWTH = 0.25;
const TRANSIENT = "Fatal: unable to open config file: dial tcp 203.0.113.9:443: i/o timeout";

/** Writes a past into an empty history: what a machine would know of it now, without living through it. */
export function recordPast(parts: PastParts): void {
  const { profile, history, random, nowMs, courseOf } = parts;
  const shelves = new Map<Workload, ResticSnapshot[]>();
  const snapshotsToCome = new Map<Workload, number>();
  const runs = profile.workloads.flatMap((workload) => [...runsOf(workload, courseOf(workload), random, nowMs)]);
  for (const { workload, outcome } of runs) {
    if (outcome !== "failed") snapshotsToCome.set(workload, (snapshotsToCome.get(workload) ?? 0) + 1);
  }
  let maintainedMs = 0;
  for (const run of runs.toSorted((a, b) => a.startMs - b.startMs)) {
    const { workload, course, startMs } = run;
    const shelf = shelves.get(workload) ?? [];
    shelves.set(workload, shelf);
    const left = snapshotsToCome.get(workload) ?? 0;
    if (run.outcome === "failed") recordFailure(history, random, run);
    else
      recordBackup(parts, run, { shelf, isKept: left <= KEEP_LAST, isRecent: nowMs - startMs < WHOLE_DAYS * DAY_MS });
    if (run.outcome !== "failed") snapshotsToCome.set(workload, left - 1);
    if (course.isThin === true || startMs - maintainedMs < WEEK_MS || run.outcome === "failed") continue;
    maintainedMs = startMs;
    recordMaintenance(history, random, run);
  }
}

function recordFailure(history: History, random: Random, { workload, startMs, endMs, course }: Run): void {
  const tookMs = Math.min(endMs - startMs, random.between(2_000, 40_000));
  const isLasting = course.failsDays !== undefined && workload.failure !== undefined;
  const { id, flowId } = history.add({
    ...belongsTo(workload),
    status: STATUS_ERROR,
    unixTimeStartMs: BigInt(startMs),
    unixTimeEndMs: BigInt(startMs + tookMs),
    logref: random.hex(16),
    displayMessage: `command "restic backup" failed: exit status 1: ${isLasting ? workload.failure : TRANSIENT}`,
    op: { case: "operationBackup", value: {} },
  });
  if (course.isThin === true) return;
  history.add({
    ...belongsTo(workload),
    flowId,
    status: STATUS_SUCCESS,
    unixTimeStartMs: BigInt(startMs + tookMs),
    unixTimeEndMs: BigInt(startMs + tookMs + 350),
    op: {
      case: "operationRunHook",
      value: {
        name: `repo/${workload.repoId}/hook/0`,
        outputLogref: random.hex(16),
        condition: Hook_Condition.ANY_ERROR,
        parentOp: id,
      },
    },
  });
}

function recordBackup(
  { profile, history, random }: PastParts,
  { workload, course, startMs, endMs, outcome, progress }: Run,
  {
    shelf,
    isKept,
    isRecent,
  }: { readonly shelf: ResticSnapshot[]; readonly isKept: boolean; readonly isRecent: boolean },
): void {
  const bytes = Math.floor(workload.bytes * (1 - GROWTH + GROWTH * progress));
  const parent = shelf.at(-1)?.id ?? "";
  const { snapshot, summary } = finished(random, profile, { ...workload, bytes }, { startMs, endMs, parent });
  const isPartial = outcome === "partial";
  const item = workload.unreadable ?? `${workload.paths[0] ?? ""}/.lock`;
  const ended = { unixTimeStartMs: BigInt(startMs), unixTimeEndMs: BigInt(endMs), snapshotId: snapshot.id } as const;
  const { flowId } = history.add({
    ...belongsTo(workload),
    ...ended,
    status: isPartial ? STATUS_WARNING : STATUS_SUCCESS,
    logref: random.hex(16),
    ...(isPartial ? { displayMessage: PARTIAL } : {}),
    op: {
      case: "operationBackup",
      value: {
        lastStatus: summary,
        errors: isPartial ? [{ item, during: "archival", message: "permission denied" }] : [],
      },
    },
  });
  if (course.isThin === true) return;
  shelf.push(snapshot);
  history.add({
    ...belongsTo(workload),
    ...ended,
    flowId,
    status: STATUS_SUCCESS,
    op: { case: "operationIndexSnapshot", value: create(OperationIndexSnapshotSchema, { snapshot, forgot: !isKept }) },
  });
  const dropped = shelf.splice(0, Math.max(0, shelf.length - KEEP_LAST));
  if (!isRecent) return;
  const policy = { policy: { case: "policyKeepLastN", value: KEEP_LAST } } as const;
  history.add({
    ...belongsTo(workload),
    flowId,
    status: STATUS_SUCCESS,
    unixTimeStartMs: BigInt(endMs),
    unixTimeEndMs: BigInt(endMs + 1_500),
    op: { case: "operationForget", value: { forget: dropped, policy } },
  });
}

function recordMaintenance(history: History, random: Random, { workload, endMs, progress }: Run): void {
  const bytes = workload.bytes * 1.4 * (1 - GROWTH + GROWTH * progress);
  const totalSize = BigInt(Math.floor(bytes));
  const stats = {
    totalSize,
    totalUncompressedSize: (totalSize * 16n) / 10n,
    compressionRatio: 1.6,
    totalBlobCount: BigInt(workload.files * 3),
    snapshotCount: BigInt(KEEP_LAST),
  };
  const tasks = [
    { op: { case: "operationPrune", value: { outputLogref: random.hex(16) } }, tookMs: HOUR_MS / 6 },
    { op: { case: "operationCheck", value: { outputLogref: random.hex(16) } }, tookMs: HOUR_MS / 4 },
    { op: { case: "operationStats", value: { stats } }, tookMs: 4_000 },
  ] as const;
  for (const { op, tookMs } of tasks) {
    history.add({
      ...belongsTo(workload),
      planId: SYSTEM_PLAN,
      status: STATUS_SUCCESS,
      unixTimeStartMs: BigInt(endMs + 2_000),
      unixTimeEndMs: BigInt(endMs + 2_000 + Math.min(tookMs, 60_000)),
      op,
    });
  }
}
