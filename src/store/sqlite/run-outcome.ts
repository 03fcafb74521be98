/** Where a backup stands, as the table of backups has it. */
export type RunOutcome = typeof OPEN | typeof GOOD | typeof FAILED;

/** Pending or running. */
export const OPEN = 0;
/** Ended with a snapshot, with or without warnings. */
export const GOOD = 1;
export const FAILED = 2;

// v1.OperationStatus
export const STATUS_PENDING = 1;
export const STATUS_INPROGRESS = 2;
const STATUS_SUCCESS = 3;
const STATUS_ERROR = 4;
export const STATUS_WARNING = 7;

/** Undefined for what is neither: cancelled, or of no known status. */
export function outcomeOf(status: number): RunOutcome | undefined {
  switch (status) {
    case STATUS_PENDING:
    case STATUS_INPROGRESS:
      return OPEN;
    case STATUS_SUCCESS:
    case STATUS_WARNING:
      return GOOD;
    case STATUS_ERROR:
      return FAILED;
    default:
      return undefined;
  }
}
