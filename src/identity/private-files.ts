import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "pino";
import { errorText, systemErrorCode } from "../system-error.js";

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

/** Writes a file that only its owner reads: whole or not at all, and on the disk when this returns. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", OWNER_ONLY_FILE);
  try {
    // The umask may have taken the owner's own bits.
    fchmodSync(file, OWNER_ONLY_FILE);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** The file's text, or undefined when there is none. Other failures are thrown as they are. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Takes away what others may do with a file or directory, with one line in the log. Missing ones are left missing. */
export function tighten(path: string, logger: Logger): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const wanted = stats.isDirectory() ? OWNER_ONLY_DIRECTORY : OWNER_ONLY_FILE;
  const mode = stats.mode & 0o777;
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const was = mode.toString(8);
  try {
    chmodSync(path, wanted);
    logger.warn({ path, was, now: wanted.toString(8) }, "others could read this; it is the owner's alone now");
  } catch (error) {
    logger.warn({ path, was, why: errorText(error) }, "others can read this, and the hub may not change that");
  }
}

function syncDirectory(path: string): void {
  // Windows cannot open a directory, and writes its entries through by itself.
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
