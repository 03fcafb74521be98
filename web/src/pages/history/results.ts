import { OperationStatus } from "../../../../gen/v1/operations_pb.js";
import type { Mark } from "../../words/verdicts.js";

export interface ResultWords {
  readonly word: string;
  readonly mark: Mark;
  /** Behind the name of the kind, in a headline: "Backup failed". */
  readonly headline: string;
}

const RESULTS: Readonly<Record<OperationStatus, ResultWords>> = {
  [OperationStatus.STATUS_UNKNOWN]: { word: "Unknown", mark: "unknown", headline: "" },
  [OperationStatus.STATUS_PENDING]: { word: "Planned", mark: "late", headline: " planned" },
  [OperationStatus.STATUS_INPROGRESS]: { word: "Running", mark: "running", headline: " running" },
  [OperationStatus.STATUS_SUCCESS]: { word: "Success", mark: "ok", headline: "" },
  [OperationStatus.STATUS_WARNING]: { word: "Warning", mark: "warning", headline: " with warnings" },
  [OperationStatus.STATUS_ERROR]: { word: "Failed", mark: "failing", headline: " failed" },
  [OperationStatus.STATUS_SYSTEM_CANCELLED]: { word: "Cancelled", mark: "paused", headline: " cancelled" },
  [OperationStatus.STATUS_USER_CANCELLED]: { word: "Cancelled", mark: "paused", headline: " cancelled" },
};

/** What a machine newer than this page says is not known here. */
export function resultOf(status: OperationStatus): ResultWords {
  return RESULTS[status] ?? RESULTS[OperationStatus.STATUS_UNKNOWN];
}

/** Of what ran when its machine left: a mark that turns would say that it runs. */
export const LEFT_RUNNING: ResultWords = { word: "Unknown", mark: "unknown", headline: " of unknown end" };

export interface ResultChoice {
  /** As it stands in the address. */
  readonly value: string;
  readonly word: string;
  readonly statuses: readonly OperationStatus[];
  /** Who asks for it wants to see it of hooks and snapshots, too. */
  readonly trouble: boolean;
}

export const RESULT_CHOICES: readonly ResultChoice[] = [
  { value: "failed", word: "Failed", statuses: [OperationStatus.STATUS_ERROR], trouble: true },
  { value: "warning", word: "Warning", statuses: [OperationStatus.STATUS_WARNING], trouble: true },
  {
    value: "trouble",
    word: "Failed or warning",
    statuses: [OperationStatus.STATUS_ERROR, OperationStatus.STATUS_WARNING],
    trouble: true,
  },
  { value: "success", word: "Success", statuses: [OperationStatus.STATUS_SUCCESS], trouble: false },
  { value: "running", word: "Running", statuses: [OperationStatus.STATUS_INPROGRESS], trouble: false },
  {
    value: "cancelled",
    word: "Cancelled",
    statuses: [OperationStatus.STATUS_SYSTEM_CANCELLED, OperationStatus.STATUS_USER_CANCELLED],
    trouble: true,
  },
  { value: "planned", word: "Planned", statuses: [OperationStatus.STATUS_PENDING], trouble: false },
];
