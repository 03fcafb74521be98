import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Later than the first calls, so that none of them waits for it. */
const FIRST_MS = 1_000;
const INTERVAL_MS = 5_000;
/** Of one core, over the interval: who is busier needs its young generation. */
const QUIET_SHARE = 0.02;
/** A young generation that is worth giving back. */
const YOUNG_BYTES = 4 << 20;
/** Collecting a larger heap would take longer than a watcher should wait: this much takes about 40 ms. */
const MOST_HEAP_BYTES = 48 << 20;

/**
 * Gives back what a stretch of work took, as soon as the process is quiet. V8 grows its young generation to 15 MiB
 * while modules are compiled or sessions are opened, and shrinks it only when it collects everything that it can, which
 * it does by itself only when memory is short. A smaller limit (`--max-semi-space-size`) would hold under load, too,
 * where it costs speed.
 */
export function giveMemoryBackWhenQuiet(): void {
  const collect = collector();
  if (collect === undefined) return;
  const giveBack = () => collect({ type: "major", execution: "sync", flavor: "last-resort" });
  setTimeout(giveBack, FIRST_MS).unref();
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    if (user + system < INTERVAL_MS * 1_000 * QUIET_SHARE && isWorthIt()) giveBack();
  }, INTERVAL_MS).unref();
}

function isWorthIt(): boolean {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
  return (young?.space_size ?? 0) > YOUNG_BYTES && process.memoryUsage().heapUsed < MOST_HEAP_BYTES;
}

/** The collector is visible only in contexts that are made while it is switched on. */
function collector(): NodeJS.GCFunction | undefined {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return isCollector(found) ? found : undefined;
}

function isCollector(value: unknown): value is NodeJS.GCFunction {
  return typeof value === "function";
}
