import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import type { Logger } from "pino";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import { formatIdentity, type HubIdentity, newIdentity, parseIdentity } from "./hub-identity.js";
import { instanceIdFor } from "./instance-id.js";
import { lockDataDirectory } from "./lock.js";
import { type DataPaths, dataPaths } from "./paths.js";
import { readIfPresent, tighten, writePrivateFile } from "./private-files.js";
import { removeRunningHub, type RunningHub, writeRunningHub } from "./running-hub.js";

/** The data directory, held by this process alone. */
export interface DataDirectory {
  readonly paths: DataPaths;
  readonly identity: HubIdentity;
  readonly adminToken: string;
  /** 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** True when this start made the identity. */
  readonly isNew: boolean;
  /** Notes where the hub listens, for commands on this machine. */
  announce(hub: Omit<RunningHub, "pid">): void;
  /** Takes the note back and lets the next hub in. */
  close(): void;
}

export interface DataDirectoryOptions {
  readonly logger: Logger;
  /** The machine's name, from which a new hub's instance id is made. */
  readonly hostName?: string;
}

/**
 * Opens a hub's data directory, or makes a new one: locks it, and reads or creates what stands in it.
 * @throws HubError `failed_precondition` when another hub uses it, or when a file is damaged or lost; nothing that
 * exists is ever replaced, and the words say how to restore it
 */
export function openDataDirectory(directory: string, options: DataDirectoryOptions): DataDirectory {
  const paths = dataPaths(directory);
  makeDirectory(paths);
  const lock = lockDataDirectory(paths);
  try {
    tighten(directory, options.logger);
    for (const path of [paths.identity, paths.adminToken, paths.sealingKey, paths.database])
      tighten(path, options.logger);
    writeRunningHub(paths, { pid: process.pid });
    const isNew = !existsSync(paths.identity);
    const identity = isNew ? createIdentity(paths, options) : readIdentity(paths);
    const opened = {
      paths,
      identity,
      isNew,
      adminToken: openAdminToken(paths),
      sealingKey: openSealingKey(paths, options.logger),
    };
    return {
      ...opened,
      announce: (hub) => writeRunningHub(paths, { pid: process.pid, ...hub }),
      close: () => {
        removeRunningHub(paths);
        lock.release();
      },
    };
  } catch (error) {
    removeRunningHub(paths);
    lock.release();
    throw error;
  }
}

/**
 * The identity of a hub that may be running or not.
 * @throws HubError `not_found` when no hub was ever started here, `failed_precondition` when it is damaged
 */
export function readIdentity(paths: DataPaths): HubIdentity {
  const text = readIfPresent(paths.identity);
  if (text === undefined) {
    throw new HubError("not_found", `there is no hub in ${paths.directory} (${basename(paths.identity)} is missing)`);
  }
  try {
    return parseIdentity(text);
  } catch (cause) {
    const why = HubError.from(cause).message;
    throw new HubError(
      "failed_precondition",
      `${paths.identity} is damaged: ${why}. Restore it from your backup. Do not delete it: with another identity every Backrest has to be paired anew, and deletes the repos that the hub shared with it`,
      { cause },
    );
  }
}

/** @throws HubError `not_found`, or `failed_precondition` when it is damaged */
export function readAdminToken(paths: DataPaths): string {
  const text = readIfPresent(paths.adminToken);
  if (text === undefined)
    throw new HubError("not_found", `${paths.adminToken} is missing; the hub makes it at its next start`);
  const token = text.trim();
  if (/^[\x21-\x7e]{16,512}$/.test(token)) return token;
  throw new HubError(
    "failed_precondition",
    `${paths.adminToken} holds no token (16 or more letters without spaces). Restore it, or delete it: the hub makes a new one at its next start`,
  );
}

function makeDirectory(paths: DataPaths): void {
  const { directory } = paths;
  try {
    const first = mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (first !== undefined) chmodSync(directory, 0o700);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const entries = readdirSync(directory).filter((name) => !name.startsWith(".") && name !== "lost+found");
    const ours = Object.values(paths).map((path) => basename(path));
    if (entries.length > 0 && !entries.some((name) => ours.includes(name))) {
      throw new HubError(
        "failed_precondition",
        `${directory} holds other files (${entries.slice(0, 3).join(", ")}) and no hub; give the hub a directory of its own with --data-dir`,
      );
    }
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError(
      "failed_precondition",
      `the data directory ${directory} cannot be used (${errorText(cause)}); name another with --data-dir`,
      {
        cause,
      },
    );
  }
}

function createIdentity(paths: DataPaths, options: DataDirectoryOptions): HubIdentity {
  if (existsSync(paths.database)) {
    throw new HubError(
      "failed_precondition",
      `${paths.identity} is missing, although ${paths.database} exists. Restore it from your backup: with another identity every Backrest has to be paired anew, and deletes the repos that the hub shared with it. To really start as another hub, move ${paths.database} away`,
    );
  }
  const identity = newIdentity(instanceIdFor(options.hostName ?? hostname()));
  writePrivateFile(paths.identity, formatIdentity(identity));
  options.logger.info(
    { path: paths.identity, instanceId: identity.instanceId },
    "made the hub's identity; back this file up",
  );
  return identity;
}

function openAdminToken(paths: DataPaths): string {
  if (!existsSync(paths.adminToken)) writePrivateFile(paths.adminToken, `${randomBytes(32).toString("base64url")}\n`);
  return readAdminToken(paths);
}

/** Its loss costs only the sealed secrets, which Backrest sends again, so a lost one is replaced, but not a damaged one. */
function openSealingKey(paths: DataPaths, logger: Logger): Uint8Array {
  const text = readIfPresent(paths.sealingKey);
  if (text === undefined) {
    const key = randomBytes(32);
    writePrivateFile(paths.sealingKey, `${key.toString("base64url")}\n`);
    if (existsSync(paths.database)) {
      logger.warn(
        { path: paths.sealingKey },
        "the sealing key was missing; made a new one, sealed secrets have to be sent again",
      );
    }
    return key;
  }
  const key = Buffer.from(text.trim(), "base64url");
  if (key.length === 32) return key;
  throw new HubError(
    "failed_precondition",
    `${paths.sealingKey} is damaged (it holds no 32 bytes in base64url). Restore it, or delete it to have a new one made; that costs the sealed secrets`,
  );
}
