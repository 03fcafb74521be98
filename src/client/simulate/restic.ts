import { create } from "@bufbuild/protobuf";
import {
  type BackupProgressEntry,
  BackupProgressEntrySchema,
  type ResticSnapshot,
  ResticSnapshotSchema,
} from "../../../gen/v1/restic_pb.js";
import type { Profile, Workload } from "./profile.js";
import type { Random } from "./random.js";

/** What restic says while it runs, which reads large files first. `part` is from 0 to 1. */
export function progress({ files, bytes, paths }: Workload, part: number): BackupProgressEntry {
  const filesDone = Math.floor(files * part ** 1.3);
  const value = {
    percentDone: part,
    totalFiles: BigInt(files),
    totalBytes: BigInt(bytes),
    filesDone: BigInt(filesDone),
    bytesDone: BigInt(Math.floor(bytes * part)),
    currentFile: [`${paths[0] ?? ""}/file-${filesDone}`],
  };
  return create(BackupProgressEntrySchema, { entry: { case: "status", value } });
}

export interface Finished {
  readonly snapshot: ResticSnapshot;
  readonly summary: BackupProgressEntry;
}

/** Around what a run of this workload adds, now and then several times as much. */
function addedBytes(random: Random, { addedBytes: usual }: Workload): number | undefined {
  if (usual === undefined) return undefined;
  return Math.floor(usual * (0.5 + random.next()) * (random.chance(0.05) ? 4 : 1));
}

/** What restic says in the end: its figures, and the snapshot with the same ones. */
export function finished(
  random: Random,
  { instanceId }: Profile,
  workload: Workload,
  run: { readonly startMs: number; readonly endMs: number; readonly parent: string },
): Finished {
  const changed = random.between(1, Math.ceil(workload.files / 200));
  const fresh = random.between(0, Math.ceil(workload.files / 500));
  const counts = {
    filesNew: BigInt(fresh),
    filesChanged: BigInt(changed),
    filesUnmodified: BigInt(workload.files),
    dirsNew: BigInt(random.between(0, 9)),
    dirsChanged: BigInt(random.between(1, 90)),
    dirsUnmodified: BigInt(Math.floor(workload.files / 12)),
    dataBlobs: BigInt(changed + fresh),
    treeBlobs: BigInt(random.between(1, 90)),
    dataAdded: BigInt(addedBytes(random, workload) ?? (changed + fresh) * random.between(2_000, 90_000)),
    totalFilesProcessed: BigInt(workload.files + fresh),
    totalBytesProcessed: BigInt(workload.bytes),
    totalDuration: (run.endMs - run.startMs) / 1_000,
  };
  const id = random.hex(64);
  const snapshot = create(ResticSnapshotSchema, {
    id,
    unixTimeMs: BigInt(run.startMs),
    hostname: instanceId,
    username: "root",
    tree: random.hex(64),
    parent: run.parent,
    paths: [...workload.paths],
    tags: [`plan:${workload.planId}`, `created-by:${instanceId}`],
    summary: counts,
  });
  const summary = create(BackupProgressEntrySchema, {
    entry: { case: "summary", value: { ...counts, snapshotId: id } },
  });
  return { snapshot, summary };
}
