import { databaseFiles, diskOf } from "../store/disk.js";
import type { Store } from "../store/store.js";
import type { StoreSize } from "./sources.js";

/** How much the store holds, and how much room there is beside it. */
export async function storeSize(store: Pick<Store, "stats">, file: string): Promise<StoreSize> {
  const [stats, files, disk] = await Promise.all([store.stats(), databaseFiles(file), diskOf(file)]);
  return {
    peers: stats.peers,
    operations: Number(stats.operations),
    removed: Number(stats.removed),
    poison: Number(stats.poison),
    logBytes: Number(stats.logs.bytes),
    fileBytes: { database: files.database, write_ahead_log: files.writeAheadLog },
    diskBytes: disk.bytes,
    diskFreeBytes: disk.freeBytes,
  };
}
