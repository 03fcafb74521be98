import { create } from "@bufbuild/protobuf";
import { Hook_Condition } from "../../../gen/v1/config_pb.js";
import { type Operation, OperationIndexSnapshotSchema, OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { ResticSnapshot } from "../../../gen/v1/restic_pb.js";
import type { History, NewOperation } from "../history.js";
import type { Profile, Workload } from "./profile.js";
import type { Random } from "./random.js";
import { finished, progress } from "./restic.js";

/** One change of the history has just been made; this is how long it takes until the next one. */
export interface Beat {
  readonly waitMs: number;
  /** Nothing runs: the machine waits for its next backup. */
  readonly idle: boolean;
}

export interface TaskParts {
  readonly profile: Profile;
  readonly history: History;
  readonly random: Random;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** How long its backups take; some seconds by default, which is soon over for who looks. */
  readonly backupSeconds?: { readonly low: number; readonly high: number };
}

/** Backrest counts what concerns a whole repo to a plan of this name. */
export const SYSTEM_PLAN = "_system_";
/** As the profile's plans say. */
export const KEEP_LAST = 30;
const PROGRESS_MS = 1_000;
export const PARTIAL = "Partial backup, some files may not have been read completely.";
const FAILURES = [
  "Fatal: unable to open config file: dial tcp 203.0.113.9:443: i/o timeout",
  "Fatal: unable to create lock in backend: repository is already locked by PID 4121",
  "Fatal: wrong password or no key found",
] as const;

/** What belongs to one workload: its snapshots in the repo, the oldest first. */
export interface Shelf {
  readonly workload: Workload;
  readonly snapshots: { readonly operationId: bigint; readonly snapshot: ResticSnapshot }[];
}

/** The backup that was planned begins, goes on, and ends: with a snapshot, or with an error. */
export function* backUp(parts: TaskParts, shelf: Shelf, planned: Operation, fails: boolean): Generator<Beat> {
  const { profile, history, random, now, backupSeconds } = parts;
  const { workload } = shelf;
  const startMs = now();
  const { id, flowId } = planned;
  const running = { op: { case: "operationBackup", value: { lastStatus: progress(workload, 0) } } } as const;
  const logref = random.hex(16);
  history.update(id, {
    ...running,
    status: OperationStatus.STATUS_INPROGRESS,
    unixTimeStartMs: BigInt(startMs),
    logref,
  });
  yield { waitMs: PROGRESS_MS, idle: false };
  const { low, high } = fails ? { low: 1, high: 3 } : (backupSeconds ?? { low: 3, high: 9 });
  const steps = random.between(low, high);
  for (let step = 1; step <= steps; step++) {
    const lastStatus = progress(workload, step / (steps + 1));
    history.update(id, { op: { case: "operationBackup", value: { lastStatus } } });
    yield { waitMs: PROGRESS_MS, idle: false };
  }
  if (fails) {
    const displayMessage = `command "restic backup" failed: exit status 1: ${workload.failure ?? random.pick(FAILURES)}`;
    history.finish(id, OperationStatus.STATUS_ERROR, { displayMessage });
    yield { waitMs: 100, idle: false };
    yield* hook(parts, workload, flowId, id, Hook_Condition.ANY_ERROR);
    return;
  }
  const { snapshot, summary } = finished(random, profile, workload, {
    startMs,
    endMs: now(),
    parent: shelf.snapshots.at(-1)?.snapshot.id ?? "",
  });
  const unreadable = workload.unreadable ?? (random.chance(0.03) ? `${workload.paths[0] ?? ""}/locked.db` : undefined);
  history.finish(id, unreadable !== undefined ? OperationStatus.STATUS_WARNING : OperationStatus.STATUS_SUCCESS, {
    snapshotId: snapshot.id,
    ...(unreadable !== undefined ? { displayMessage: PARTIAL } : {}),
    op: {
      case: "operationBackup",
      value: {
        lastStatus: summary,
        errors:
          unreadable !== undefined ? [{ item: unreadable, during: "archival", message: "permission denied" }] : [],
      },
    },
  });
  yield { waitMs: 200, idle: false };
  const indexed = history.add({
    ...belongsTo(workload),
    flowId,
    status: OperationStatus.STATUS_SUCCESS,
    unixTimeStartMs: BigInt(startMs),
    unixTimeEndMs: BigInt(now()),
    snapshotId: snapshot.id,
    op: { case: "operationIndexSnapshot", value: { snapshot } },
  });
  shelf.snapshots.push({ operationId: indexed.id, snapshot });
  yield { waitMs: 300, idle: false };
  if (unreadable !== undefined) yield* hook(parts, workload, flowId, id, Hook_Condition.SNAPSHOT_WARNING);
  yield* forget(parts, shelf, flowId);
}

/** What is done to a repo from time to time. */
export function* maintain(parts: TaskParts, workload: Workload): Generator<Beat> {
  const { random } = parts;
  const repo = { ...belongsTo(workload), planId: SYSTEM_PLAN };
  yield* task(parts, { ...repo, op: { case: "operationPrune", value: { outputLogref: random.hex(16) } } }, 8_000);
  yield* task(parts, { ...repo, op: { case: "operationCheck", value: { outputLogref: random.hex(16) } } }, 15_000);
  const totalSize = BigInt(Math.floor(workload.bytes * 1.4));
  const stats = {
    totalSize,
    totalUncompressedSize: (totalSize * 16n) / 10n,
    compressionRatio: 1.6,
    totalBlobCount: BigInt(workload.files * 3),
    snapshotCount: BigInt(KEEP_LAST),
  };
  yield* task(parts, { ...repo, op: { case: "operationStats", value: { stats } } }, 4_000);
}

function* task({ history }: TaskParts, operation: NewOperation, lastsMs: number): Generator<Beat> {
  const { id } = history.start(operation);
  yield { waitMs: lastsMs, idle: false };
  history.finish(id);
  yield { waitMs: 500, idle: false };
}

function* forget({ history, now }: TaskParts, shelf: Shelf, flowId: bigint): Generator<Beat> {
  const { id } = history.start({
    ...belongsTo(shelf.workload),
    flowId,
    op: { case: "operationForget", value: { policy: { policy: { case: "policyKeepLastN", value: KEEP_LAST } } } },
  });
  yield { waitMs: 1_500, idle: false };
  const dropped = shelf.snapshots.splice(0, Math.max(0, shelf.snapshots.length - KEEP_LAST));
  const value = {
    forget: dropped.map(({ snapshot }) => snapshot),
    policy: { policy: { case: "policyKeepLastN", value: KEEP_LAST } },
  } as const;
  history.update(id, {
    status: OperationStatus.STATUS_SUCCESS,
    unixTimeEndMs: BigInt(now()),
    op: { case: "operationForget", value },
  });
  yield { waitMs: 200, idle: false };
  for (const { operationId, snapshot } of dropped) {
    if (history.get(operationId) === undefined) continue;
    const forgotten = create(OperationIndexSnapshotSchema, { snapshot, forgot: true });
    history.update(operationId, { op: { case: "operationIndexSnapshot", value: forgotten } });
    yield { waitMs: 50, idle: false };
  }
}

function* hook(
  { history, random, now }: TaskParts,
  workload: Workload,
  flowId: bigint,
  parentOp: bigint,
  condition: Hook_Condition,
): Generator<Beat> {
  history.add({
    ...belongsTo(workload),
    flowId,
    status: OperationStatus.STATUS_SUCCESS,
    unixTimeEndMs: BigInt(now() + 350),
    op: {
      case: "operationRunHook",
      value: { name: "repo/offsite/hook/0", outputLogref: random.hex(16), condition, parentOp },
    },
  });
  yield { waitMs: 400, idle: false };
}

export function belongsTo({
  planId,
  repoId,
  repoGuid,
}: Workload): Pick<NewOperation, "planId" | "repoId" | "repoGuid"> {
  return { planId, repoId, repoGuid };
}
