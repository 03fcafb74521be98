import { useSyncExternalStore } from "react";
import { useLivePart } from "./live.js";

/** Ages have one unit and are rounded down: more often than this none of them changes by much. */
const TICK_MS = 5_000;

let tick = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  // Nobody looked at the clock while nobody listened.
  if (listeners.size === 0) tick = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * When what is shown was so, by the hub's clock: now, or the moment when the connection was lost. Ages are counted up to
 * it: nobody knows what has become of them since.
 */
export function useKnownNow(): number {
  const nowMs = useNow();
  const lostMs = useLivePart(({ link, clockAheadMs }) =>
    link.state === "lost" ? link.sinceMs + clockAheadMs : undefined,
  );
  return lostMs ?? nowMs;
}

/** Now by the hub's clock, in milliseconds; moves every few seconds. */
export function useNow(): number {
  const local = useSyncExternalStore(subscribe, () => tick);
  return local + useLivePart((state) => state.clockAheadMs);
}
