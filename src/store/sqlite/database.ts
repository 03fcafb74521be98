import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreFault } from "./fault.js";
import { Statement } from "./statement.js";

/** How long a statement waits for another program's lock. */
const BUSY_TIMEOUT_MS = 5000;
const PAGE_SIZE = 8192;
/** Pages in the write-ahead log at which it is written back: 16 MiB, which keeps the pause short. */
const AUTOCHECKPOINT_PAGES = 2048;
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
const WRITER_CACHE_KIB = 24 * 1024;
/** Ten thousand operations and the pages of the indexes above them. */
const READER_CACHE_KIB = 24 * 1024;

const OPTIONS = { timeout: BUSY_TIMEOUT_MS, readBigInts: true, returnArrays: true } as const;

/** Opens the connection that writes, and makes the file where there is none. Only its owner may read it. */
export function openForWriting(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  // SQLite gives the log and the shared memory beside it the rights of the database.
  chmodSync(file, 0o600);
  const db = new DatabaseSync(file, OPTIONS);
  try {
    db.exec(`
      PRAGMA page_size = ${PAGE_SIZE};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${WRITER_CACHE_KIB};
      PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${JOURNAL_SIZE_LIMIT};
      PRAGMA cell_size_check = ON;
    `);
    refuseCutFile(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/**
 * A file that lost its end opens like a whole one and fails later, row by row. What a crash left in the log is written
 * back first, since the file may grow by it.
 */
function refuseCutFile(db: DatabaseSync, file: string): void {
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const pages = new Statement<[bigint]>(db, "PRAGMA page_count").get()?.[0] ?? 0n;
  const pageSize = new Statement<[bigint]>(db, "PRAGMA page_size").get()?.[0] ?? 0n;
  const expected = pages * pageSize;
  const found = statSync(file, { bigint: true }).size;
  if (found >= expected) return;
  throw new StoreFault(
    "failed_precondition",
    `the database is damaged: its file has ${found} bytes where ${expected} belong; restore it from a backup`,
  );
}

/** Opens a connection that sees what is committed and can write nothing. */
export function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { ...OPTIONS, readOnly: true });
  db.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;`);
  return db;
}
