import type { ErrorCode } from "../../errors.js";

/** What went wrong in an engine thread, in the shape that crosses to the main thread and becomes a HubError there. */
export interface FaultMessage {
  readonly code: ErrorCode;
  readonly message: string;
  /** For the log only: the cause's own words. */
  readonly detail?: string;
}

/**
 * The error that the engine threads throw. They do not load HubError, which brings the whole of Connect with it.
 */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

// https://www.sqlite.org/rescode.html; the low byte of an extended code is its primary code.
export const SQLITE_BUSY = 5;
const SQLITE_NOMEM = 7;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

const WORDS = new Map<number, readonly [ErrorCode, string]>([
  [
    SQLITE_BUSY,
    ["unavailable", "the database is locked by another program; end that program, the hub goes on by itself"],
  ],
  [SQLITE_NOMEM, ["unavailable", "the database engine is out of memory"]],
  [SQLITE_READONLY, ["unavailable", "the database cannot be written; check the owner and the rights of its directory"]],
  [SQLITE_IOERR, ["unavailable", "the disk failed to read or write the database; check the disk"]],
  [SQLITE_CORRUPT, ["failed_precondition", "the database is damaged; restore it from a backup"]],
  [SQLITE_FULL, ["unavailable", "the disk is full; free some space, the hub goes on by itself"]],
  [SQLITE_CANTOPEN, ["unavailable", "the database cannot be opened; check that its directory exists and is writable"]],
  [SQLITE_NOTADB, ["failed_precondition", "the file is not a database of the hub; restore it from a backup"]],
]);

/** True for what lies at the machine (disk, locks, memory) and would meet every other request too. */
export function isEnvironmental(reason: unknown): boolean {
  return WORDS.has(sqliteCode(reason));
}

/** Any thrown value as a message for the main thread. */
export function faultMessage(reason: unknown): FaultMessage {
  if (reason instanceof StoreFault) {
    return { code: reason.code, message: reason.message, ...detailOf(reason.cause) };
  }
  const words = WORDS.get(isFileError(reason) ? SQLITE_CANTOPEN : sqliteCode(reason));
  if (words !== undefined) return { code: words[0], message: words[1], ...detailOf(reason) };
  return { code: "internal", message: "the store failed to do this; the hub's log says why", ...detailOf(reason) };
}

/** The primary result code of an SQLite error, 0 for anything else. */
export function sqliteCode(reason: unknown): number {
  const code = reason instanceof Error && "errcode" in reason ? reason.errcode : undefined;
  return typeof code === "number" ? code & 0xff : 0;
}

/** An error of node:fs: the file or its directory could not be made. */
function isFileError(reason: unknown): boolean {
  return reason instanceof Error && "syscall" in reason;
}

function detailOf(cause: unknown): { detail?: string } {
  if (cause === undefined) return {};
  return { detail: cause instanceof Error ? (cause.stack ?? cause.message) : `a thrown ${typeof cause}` };
}
