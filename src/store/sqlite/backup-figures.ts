import { WIRE_BYTES, WIRE_VARINT, WireReader } from "../wire-reader.js";

/** What a backup's own part of an operation says. */
export interface BackupFigures {
  /** Nothing was written to the repo. */
  readonly dryRun: boolean;
  readonly bytesAdded: bigint;
}

// v1.Operation
const FIELD_DISPLAY_MESSAGE = 7;
const FIELD_OPERATION_BACKUP = 100;
// v1.OperationBackup
const FIELD_LAST_STATUS = 3;
const FIELD_DRY_RUN = 5;
// v1.BackupProgressEntry
const FIELD_STATUS = 1;
const FIELD_SUMMARY = 2;
// v1.BackupProgressSummary
const FIELD_DATA_ADDED = 9;

/** What is read of a message, in bytes. */
const MAX_MESSAGE_BYTES = 600;

/** Reads a backup that is well formed; in pieces of the same message what comes last counts. */
export function backupFigures(operation: Uint8Array): BackupFigures {
  const figures = { dryRun: false, bytesAdded: 0n };
  const fields = new WireReader(operation);
  while (fields.next()) {
    if (fields.number === FIELD_OPERATION_BACKUP && fields.wireType === WIRE_BYTES) readBackup(inside(fields), figures);
  }
  return figures;
}

/** The operation's text for a person, cut. */
export function displayMessage(operation: Uint8Array): string {
  let text = "";
  const fields = new WireReader(operation);
  while (fields.next()) {
    if (fields.number === FIELD_DISPLAY_MESSAGE && fields.wireType === WIRE_BYTES)
      text = fields.text(MAX_MESSAGE_BYTES);
  }
  return text;
}

function readBackup(backup: WireReader, figures: { dryRun: boolean; bytesAdded: bigint }): void {
  while (backup.next()) {
    if (backup.number === FIELD_DRY_RUN && backup.wireType === WIRE_VARINT) figures.dryRun = backup.int64() !== 0n;
    else if (backup.number === FIELD_LAST_STATUS && backup.wireType === WIRE_BYTES) readEntry(inside(backup), figures);
  }
}

function readEntry(entry: WireReader, figures: { bytesAdded: bigint }): void {
  while (entry.next()) {
    if (entry.wireType !== WIRE_BYTES) continue;
    // Members of one oneof: a status behind a summary takes its place.
    if (entry.number === FIELD_STATUS) figures.bytesAdded = 0n;
    if (entry.number !== FIELD_SUMMARY) continue;
    const summary = inside(entry);
    while (summary.next()) {
      if (summary.number === FIELD_DATA_ADDED && summary.wireType === WIRE_VARINT) figures.bytesAdded = summary.int64();
    }
  }
  if (figures.bytesAdded < 0n) figures.bytesAdded = 0n;
}

function inside(field: WireReader): WireReader {
  return new WireReader(field.bytes, field.start, field.end);
}
