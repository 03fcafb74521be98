import type { BackupProgress } from "../fleet.js";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireReader } from "../wire-reader.js";

// v1.Operation
const FIELD_OPERATION_BACKUP = 100;
// v1.OperationBackup
const FIELD_LAST_STATUS = 3;
// v1.BackupProgressEntry
const FIELD_STATUS = 1;
const FIELD_SUMMARY = 2;
// v1.BackupProgressStatusEntry
const FIELD_PERCENT_DONE = 1;
const COUNTS = { 2: "totalFiles", 3: "totalBytes", 4: "filesDone", 5: "bytesDone" } as const;

type Figures = { -readonly [Name in Exclude<keyof BackupProgress, "operationId">]: BackupProgress[Name] };

/** How far a well-formed operation says that its backup is; nothing where it says nothing, or how it ended. */
export function backupProgress(operationId: bigint, operation: Uint8Array): BackupProgress | undefined {
  let figures: Figures | undefined;
  for (const backup of inside(new WireReader(operation), FIELD_OPERATION_BACKUP)) {
    for (const entry of inside(backup, FIELD_LAST_STATUS)) {
      // Members of one oneof: the last one counts.
      while (entry.next()) {
        if (entry.wireType !== WIRE_BYTES) continue;
        if (entry.number === FIELD_SUMMARY) figures = undefined;
        if (entry.number !== FIELD_STATUS) continue;
        figures ??= { fractionDone: 0, totalFiles: 0n, totalBytes: 0n, filesDone: 0n, bytesDone: 0n };
        readStatus(new WireReader(entry.bytes, entry.start, entry.end), figures);
      }
    }
  }
  return figures === undefined ? undefined : { operationId, ...figures };
}

function* inside(fields: WireReader, number: number): Generator<WireReader> {
  while (fields.next()) {
    if (fields.number === number && fields.wireType === WIRE_BYTES)
      yield new WireReader(fields.bytes, fields.start, fields.end);
  }
}

/** A machine may say anything; what is shown is a part of a whole and counts. */
function readStatus(status: WireReader, figures: Figures): void {
  while (status.next()) {
    const { number, wireType } = status;
    if (number === FIELD_PERCENT_DONE && wireType === WIRE_FIXED64) {
      const part = status.float64();
      figures.fractionDone = part > 0 ? Math.min(1, part) : 0;
    } else if (isCount(number) && wireType === WIRE_VARINT) {
      const value = status.int64();
      figures[COUNTS[number]] = value > 0n ? value : 0n;
    }
  }
}

function isCount(number: number): number is keyof typeof COUNTS {
  return Object.hasOwn(COUNTS, number);
}
