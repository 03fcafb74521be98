import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Store } from "../store/store.js";
import type { StoreSize } from "./sources.js";

/** How much the store holds, and how much room there is beside it. A file that is not there has no bytes. */
export async function storeSize(store: Pick<Store, "stats">, file: string): Promise<StoreSize> {
  const [stats, database, log, disk] = await Promise.all([
    store.stats(),
    bytesOf(file),
    bytesOf(`${file}-wal`),
    statfs(dirname(file)),
  ]);
  return {
    peers: stats.peers,
    operations: Number(stats.operations),
    removed: Number(stats.removed),
    poison: Number(stats.poison),
    logBytes: Number(stats.logs.bytes),
    fileBytes: { database, write_ahead_log: log },
    diskBytes: disk.blocks * disk.bsize,
    diskFreeBytes: disk.bavail * disk.bsize,
  };
}

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
