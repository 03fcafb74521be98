// A data directory of a hub that holds many operations, filled once through the hub itself and kept for the next run.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drive, freshData, prepare, startHost } from "./hosts.mjs";

/** The first peers hold the stored history; cases that need other peers skip them. */
export const STORED_PEERS = 10;
/** Peers that are filled at the same time: the load client keeps their whole histories in memory. */
const AT_ONCE = 10;

/** The directory with `operations` of `peers` stored, its identities in it; fills it when there is none. */
export async function storedSetting(work, operations, options, peers = STORED_PEERS) {
  const own = join(work, `stored-${operations}`);
  const ready = join(own, "ready");
  const setting = { work: own, gen: options.gen, ids: join(own, "identities.json"), template: join(own, "data-hub") };
  if (existsSync(ready)) return { ...setting, work };
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  process.stderr.write(`storing ${operations} operations, once …\n`);
  const empty = prepare(own, options);
  const host = await startHost("hub", freshData(empty, "hub"), own);
  try {
    const args = ["--peers", String(AT_ONCE), "--ops", String(operations / peers), "--batch", "256"];
    for (let skip = 0; skip < peers; skip += AT_ONCE) {
      // Histories follow from the seed: no two rounds may have the same repos.
      const round = [...args, "--skip", String(skip), "--seed", String(skip + 1)];
      await drive(host, empty, "ingest", round, { timeoutMs: 600_000 });
    }
  } finally {
    await host.stop();
  }
  writeFileSync(ready, "");
  return { ...setting, work };
}
