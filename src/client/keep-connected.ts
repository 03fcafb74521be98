import { setTimeout as sleep } from "node:timers/promises";
import type { SeedPeer } from "./peer.js";
import { FRESH, nextRetry } from "./retry-policy.js";
import type { PeerSession, SessionEnd } from "./session.js";

export interface KeepConnectedOptions {
  /** Ends it; the peer's last session is left as it is. */
  readonly signal: AbortSignal;
  /** 0.001 makes every upstream second a millisecond: of the waiting times, and of how long sessions count as lasting. */
  readonly timeScale?: number;
  /** Milliseconds, for the length of sessions. */
  readonly now?: () => number;
  /** Told of each session as it begins. */
  readonly onSession?: (session: PeerSession) => void;
}

/**
 * Dials again whenever a session has ended, after the waiting times of a Backrest: at once, and on a new connection,
 * when its configuration has changed. Resolves when the signal aborts or the peer is closed.
 */
export async function keepConnected(peer: SeedPeer, options: KeepConnectedOptions): Promise<void> {
  const { signal, timeScale = 1, now = () => performance.now() } = options;
  let retries = FRESH;
  let newConnection = false;
  while (!signal.aborted) {
    const sinceMs = now();
    const session = peer.dial({ newConnection });
    options.onSession?.(session);
    const end = await endOf(session, signal);
    if (end === undefined || end.cause === "closed") return;
    newConnection = end.cause === "configured";
    if (newConnection) {
      retries = FRESH;
      continue;
    }
    const retry = nextRetry("seed", retries, (now() - sinceMs) / timeScale);
    retries = retry.state;
    await sleep(retry.delayMs * timeScale, undefined, { signal }).catch(() => {});
  }
}

/** Resolves to undefined when the signal aborts first. */
async function endOf(session: PeerSession, signal: AbortSignal): Promise<SessionEnd | undefined> {
  const end = Promise.withResolvers<SessionEnd | undefined>();
  const stop = () => end.resolve(undefined);
  signal.addEventListener("abort", stop, { once: true });
  void session.ended.then(end.resolve);
  try {
    return await end.promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
