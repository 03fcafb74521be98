import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  SummaryDashboardResponse_DayStatusBucketSchema,
  SummaryDashboardResponse_SummarySchema,
} from "../../gen/v1/service_pb.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import type { BackupFigures } from "../store/summaries.js";

export type SummaryInit = MessageInitShape<typeof SummaryDashboardResponse_SummarySchema>;
type Bucket = MessageInitShape<typeof SummaryDashboardResponse_DayStatusBucketSchema>;

const DAY_MS = 24 * 3_600_000;
const DAYS = 30;
/** Bars of the chart of recent backups. */
const RECENT = 60;

const FAILED: readonly OperationStatus[] = [
  OperationStatus.STATUS_ERROR,
  OperationStatus.STATUS_SYSTEM_CANCELLED,
  OperationStatus.STATUS_USER_CANCELLED,
];

const UNDER_WAY: readonly OperationStatus[] = [
  OperationStatus.STATUS_UNKNOWN,
  OperationStatus.STATUS_PENDING,
  OperationStatus.STATUS_INPROGRESS,
];

/**
 * One card of the first page of Backrest's web page.
 * @param id what the card is called
 * @param backups the newest first; planned and running ones count for the next backup and the chart only
 */
export function summaryOf(
  id: string,
  backups: readonly BackupFigures[],
  snapshots: number,
  nowMs: number,
): SummaryInit {
  const since = nowMs - DAYS * DAY_MS;
  const ended = backups.filter(({ status, startMs }) => !UNDER_WAY.includes(status) && startMs >= since);
  const recent = backups.filter(({ status }) => status !== OperationStatus.STATUS_PENDING).slice(0, RECENT);
  const whole = ended.filter(isWhole);
  const added = sum(whole, ({ bytesAdded }) => bytesAdded);
  const scanned = sum(whole, ({ bytesScanned }) => bytesScanned);
  return {
    id,
    backupsFailed30days: count(ended, ({ status }) => FAILED.includes(status)),
    backupsWarningLast30days: count(ended, ({ status }) => status === OperationStatus.STATUS_WARNING),
    backupsSuccessLast30days: count(ended, ({ status }) => status === OperationStatus.STATUS_SUCCESS),
    bytesAddedLast30days: BigInt(added),
    bytesScannedLast30days: BigInt(scanned),
    bytesAddedAvg: BigInt(average(added, whole.length)),
    bytesScannedAvg: BigInt(average(scanned, whole.length)),
    totalSnapshots: BigInt(snapshots),
    nextBackupTimeMs: BigInt(nextOf(backups, nowMs)),
    protectedBytes: BigInt(backups.find(isWhole)?.bytesScanned ?? 0),
    recentBackups: {
      flowId: recent.map(({ flowId }) => flowId),
      timestampMs: recent.map(({ startMs }) => BigInt(startMs)),
      durationMs: recent.map(({ startMs, endMs }) => BigInt(Math.max(0, (endMs === 0 ? nowMs : endMs) - startMs))),
      status: recent.map(({ status }) => status),
      bytesAdded: recent.map(({ bytesAdded }) => BigInt(bytesAdded)),
    },
    historyLast30days: bucketsOf(ended, nowMs),
  };
}

/** A snapshot was made. */
function isWhole({ status }: BackupFigures): boolean {
  return status === OperationStatus.STATUS_SUCCESS || status === OperationStatus.STATUS_WARNING;
}

/** When the next planned backup is due, 0 where none is planned. */
function nextOf(backups: readonly BackupFigures[], nowMs: number): number {
  const planned = backups.filter(
    ({ status, startMs }) => status === OperationStatus.STATUS_PENDING && startMs >= nowMs,
  );
  return planned.length === 0 ? 0 : Math.min(...planned.map(({ startMs }) => startMs));
}

/** A bucket for each of the last 30 days of 24 hours, the oldest first, at its beginning. */
function bucketsOf(ended: readonly BackupFigures[], nowMs: number): Bucket[] {
  const days = Array.from({ length: DAYS }, (): BackupFigures[] => []);
  for (const backup of ended) {
    const age = Math.max(0, Math.floor((nowMs - backup.startMs) / DAY_MS));
    days[DAYS - 1 - age]?.push(backup);
  }
  return days.map((backups, index) => ({
    timestampMs: BigInt(Math.round(nowMs) - (DAYS - index) * DAY_MS),
    bytesAdded: BigInt(sum(backups, ({ bytesAdded }) => bytesAdded)),
    bytesScanned: BigInt(sum(backups, ({ bytesScanned }) => bytesScanned)),
    statusCounts: [...Map.groupBy(backups, ({ status }) => status)].map(([status, { length }]) => ({
      status,
      count: BigInt(length),
    })),
  }));
}

function count<T>(items: readonly T[], matches: (item: T) => boolean): bigint {
  return BigInt(items.filter(matches).length);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  // Sums of what peers claim may go beyond what a double counts exactly, and must still be a whole number.
  return Math.min(
    items.reduce((total, item) => total + of(item), 0),
    Number.MAX_SAFE_INTEGER,
  );
}

function average(total: number, parts: number): number {
  return parts === 0 ? 0 : Math.round(total / parts);
}
