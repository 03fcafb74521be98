import { rmSync } from "node:fs";
import type { DataPaths } from "./paths.js";
import { readIfPresent, writePrivateFile } from "./private-files.js";

/** What a running hub says of itself to commands on the same machine. It may be out of date: the lock is the truth. */
export interface RunningHub {
  readonly pid: number;
  /** Absent while the hub starts. */
  readonly url?: string;
  /** The certificate file that it serves, so that a command on this machine can trust exactly that one. */
  readonly tlsCert?: string;
}

export function writeRunningHub(paths: DataPaths, hub: RunningHub): void {
  writePrivateFile(paths.running, `${JSON.stringify(hub)}\n`);
}

/** Undefined when no hub has left its note, or one that cannot be read. */
export function readRunningHub(paths: DataPaths): RunningHub | undefined {
  try {
    const text = readIfPresent(paths.running);
    const hub: unknown = text === undefined ? undefined : JSON.parse(text);
    return isRunningHub(hub) ? hub : undefined;
  } catch {
    return undefined;
  }
}

export function removeRunningHub(paths: DataPaths): void {
  rmSync(paths.running, { force: true });
}

function isRunningHub(hub: unknown): hub is RunningHub {
  if (typeof hub !== "object" || hub === null || !("pid" in hub) || typeof hub.pid !== "number") return false;
  return ["url", "tlsCert"].every((name) => ["string", "undefined"].includes(typeof Reflect.get(hub, name)));
}
