import type { RetentionPolicy } from "../../../../gen/v1/config_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import type { BackupProgressStatusEntry, ResticSnapshot, SnapshotSummary } from "../../../../gen/v1/restic_pb.js";
import { firstWords } from "../../words/harmless.js";
import { count, many, size } from "../../words/sizes.js";
import { duration, exact } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";
import { conditionWords, filesWords, shortId } from "./operation-words.js";

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Of what is shown in short. */
  readonly whole?: string;
  /** Nothing is there: said quietly. */
  readonly none?: boolean;
}

const TEXT = 1_000;
const SHOWN_PATHS = 20;

/** What an operation did, as far as its machine says it. */
export function factsOf(operation: Operation, where: Where = HERE): readonly Fact[] {
  const { op } = operation;
  switch (op.case) {
    case "operationBackup": {
      const entry = op.value.lastStatus?.entry;
      const facts = entry?.case === "summary" ? summaryFacts(entry.value) : [];
      const ended = operation.unixTimeEndMs !== 0n;
      return [
        ...facts,
        ...(ended && entry?.case === "status" ? readFacts(entry.value) : []),
        ...(op.value.dryRun ? [{ label: "Dry run", value: "nothing was written to the repo" }] : []),
        ...(ended ? [snapshotFact(operation)] : []),
      ];
    }
    case "operationIndexSnapshot":
      return op.value.snapshot === undefined ? [] : snapshotFacts(op.value.snapshot, op.value.forgot, where);
    case "operationForget":
      return [{ label: "Dropped", value: many(op.value.forget.length, "snapshot") }, ...policyFacts(op.value.policy)];
    case "operationRestore":
      return restoreFacts(op.value);
    case "operationStats":
      return op.value.stats === undefined ? [] : statsFacts(op.value.stats);
    case "operationRunHook":
      return [...text("Hook", op.value.name), ...text("Runs", conditionWords(op.value.condition))];
    case "operationRunCommand":
      return [
        ...text("Command", op.value.command),
        ...(op.value.outputSizeBytes === 0n ? [] : [{ label: "Output", value: size(op.value.outputSizeBytes) }]),
      ];
    default:
      return [];
  }
}

type Counts = Pick<
  SnapshotSummary,
  | "filesNew"
  | "filesChanged"
  | "filesUnmodified"
  | "dirsNew"
  | "dirsChanged"
  | "dirsUnmodified"
  | "dataAdded"
  | "totalFilesProcessed"
  | "totalBytesProcessed"
  | "totalDuration"
>;

function summaryFacts(summary: Counts): Fact[] {
  return [
    { label: "Files", value: filesWords(summary) },
    {
      label: "Folders",
      value: filesWords({
        filesNew: summary.dirsNew,
        filesChanged: summary.dirsChanged,
        filesUnmodified: summary.dirsUnmodified,
      }),
    },
    {
      label: "Added",
      value: `${size(summary.dataAdded)} of ${size(summary.totalBytesProcessed)} read, in ${many(Number(summary.totalFilesProcessed), "file")}`,
    },
    ...(summary.totalDuration > 0 ? [{ label: "Time", value: duration(summary.totalDuration * 1_000) }] : []),
  ];
}

/** How far a backup was when it ended without a summary. */
function readFacts({ bytesDone, totalBytes, filesDone, totalFiles }: BackupProgressStatusEntry): Fact[] {
  return [
    { label: "Files", value: `${count(filesDone)} of ${count(totalFiles)} read` },
    { label: "Read", value: `${size(bytesDone)} of ${size(totalBytes)}` },
  ];
}

function snapshotFact({ snapshotId, op }: Operation): Fact {
  const entry = op.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
  const id = snapshotId || (entry?.case === "summary" ? entry.value.snapshotId : "");
  return id === ""
    ? { label: "Snapshot", value: "none was made", none: true }
    : { label: "Snapshot", value: shortId(id), whole: firstWords(id, 80) };
}

function snapshotFacts(snapshot: ResticSnapshot, forgot: boolean, where: Where): Fact[] {
  const { id, unixTimeMs, hostname, username, parent, paths, tags, summary } = snapshot;
  const more = paths.length > SHOWN_PATHS ? ` and ${count(paths.length - SHOWN_PATHS)} more` : "";
  return [
    { label: "Snapshot", value: shortId(id), whole: firstWords(id, 80) },
    ...(unixTimeMs === 0n ? [] : [{ label: "Made", value: exactOf(unixTimeMs, where) }]),
    ...text("By", [username, hostname].filter((part) => part !== "").join(" on ")),
    ...text("Paths", `${paths.slice(0, SHOWN_PATHS).join(", ")}${more}`),
    ...text("Tags", tags.join(", ")),
    ...text("Parent", parent === "" ? "" : shortId(parent)),
    ...(summary === undefined ? [] : summaryFacts(summary)),
    ...(forgot ? [{ label: "Now", value: "no longer in the repo" }] : []),
  ];
}

function exactOf(ms: bigint, where: Where): string {
  const at = Number(ms);
  return Math.abs(at) > 8.64e15 ? "at no time that there is" : exact(at, where);
}

function policyFacts(policy: RetentionPolicy | undefined): Fact[] {
  const words = policyWords(policy);
  return words === "" ? [] : [{ label: "Kept", value: words }];
}

function policyWords(policy: RetentionPolicy | undefined): string {
  switch (policy?.policy.case) {
    case "policyKeepAll":
      return "all";
    case "policyKeepLastN":
      return `the last ${count(policy.policy.value)}`;
    case "policyTimeBucketed": {
      const { hourly, daily, weekly, monthly, yearly, keepLastN } = policy.policy.value;
      const parts = Object.entries({ hourly, daily, weekly, monthly, yearly }).filter(([, n]) => n > 0);
      const last = keepLastN > 0 ? [`the last ${count(keepLastN)}`] : [];
      return [...parts.map(([name, n]) => `${count(n)} ${name}`), ...last].join(", ");
    }
    default:
      return "";
  }
}

function restoreFacts({ path, target, lastStatus }: Extract<Operation["op"], { case: "operationRestore" }>["value"]) {
  return [
    ...text("From", path),
    ...text("To", target),
    ...(lastStatus === undefined
      ? []
      : [
          {
            label: "Restored",
            value: `${count(lastStatus.filesRestored)} of ${many(Number(lastStatus.totalFiles), "file")}, ${size(lastStatus.bytesRestored)} of ${size(lastStatus.totalBytes)}`,
          },
        ]),
  ];
}

function statsFacts(
  stats: NonNullable<Extract<Operation["op"], { case: "operationStats" }>["value"]["stats"]>,
): Fact[] {
  const ratio = stats.compressionRatio > 0 ? `, ${stats.compressionRatio.toFixed(1)} times smaller` : "";
  return [
    { label: "Repo holds", value: size(stats.totalSize) },
    { label: "Unpacked", value: `${size(stats.totalUncompressedSize)}${ratio}` },
    { label: "Snapshots", value: count(stats.snapshotCount) },
    { label: "Blobs", value: count(stats.totalBlobCount) },
  ];
}

function text(label: string, value: string): Fact[] {
  return value.trim() === "" ? [] : [{ label, value: firstWords(value, TEXT) }];
}

/** Why it was cancelled, as far as its status says. */
export function cancelledBy(status: OperationStatus): string | undefined {
  if (status === OperationStatus.STATUS_USER_CANCELLED) return "by a person";
  return status === OperationStatus.STATUS_SYSTEM_CANCELLED
    ? "by Backrest, for example because it was stopped"
    : undefined;
}

/** What an old Backrest put into the operation itself; newer ones have it in the log. */
export function outputOf({ op }: Operation): string {
  return op.case === "operationPrune" || op.case === "operationCheck" ? op.value.output : "";
}
