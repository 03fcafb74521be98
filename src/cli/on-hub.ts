import type { DataPaths } from "../identity/paths.js";
import { isNobodyThere, type RunningTarget, type StoppedTarget, withAddress } from "./hub-connection.js";
import { openStoppedHub, type StoppedHub } from "./stopped-hub.js";

/** The two ways to the same work. */
export interface Ways<Target> {
  readonly running: (hub: RunningTarget) => Target;
  readonly stopped: (hub: StoppedHub) => Target;
}

/** Does the work on the running hub, or on its data directory when it does not run. */
export async function onHub<Target, T>(
  hub: RunningTarget | StoppedTarget,
  ways: Ways<Target>,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  if (hub.kind === "stopped") return onStopped(hub.paths, ways, work);
  try {
    return await work(ways.running(hub));
  } catch (reason) {
    if (hub.paths !== undefined && isNobodyThere(reason)) return await onStopped(hub.paths, ways, work);
    throw withAddress(reason, hub);
  }
}

async function onStopped<Target, T>(
  paths: DataPaths,
  ways: Ways<Target>,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const hub = await openStoppedHub(paths);
  try {
    return await work(ways.stopped(hub));
  } finally {
    await hub.close();
  }
}
