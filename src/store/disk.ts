import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** Bytes of a database on the disk. A file that is not there has none. */
export interface DatabaseFiles {
  readonly database: number;
  readonly writeAheadLog: number;
}

export interface Disk {
  readonly bytes: number;
  /** What this process may still take. */
  readonly freeBytes: number;
}

export async function databaseFiles(file: string): Promise<DatabaseFiles> {
  const [database, writeAheadLog] = await Promise.all([bytesOf(file), bytesOf(`${file}-wal`)]);
  return { database, writeAheadLog };
}

/** The disk that a file lies on. */
export async function diskOf(file: string): Promise<Disk> {
  const { blocks, bavail, bsize } = await statfs(dirname(file));
  return { bytes: blocks * bsize, freeBytes: bavail * bsize };
}

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
