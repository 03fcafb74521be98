import { setTimeout as sleep } from "node:timers/promises";
import type { HostHello } from "./handshake.js";
import type { DialOptions } from "./peer.js";
import { FRESH, nextRetry, type RetryGeneration } from "./retry-policy.js";
import type { SessionEnd } from "./session.js";

/** A peer of either generation, as far as it takes to keep it connected. */
export interface Dialing {
  readonly generation: RetryGeneration;
  dial(options: Pick<DialOptions, "newConnection">): DialedSession;
}

export interface DialedSession {
  /** See PeerSession. */
  readonly opened: Promise<HostHello>;
  /** See PeerSession. */
  readonly ended: Promise<SessionEnd>;
}

export interface KeepConnectedOptions {
  /** Ends it; the peer's last session is left as it is. */
  readonly signal: AbortSignal;
  /** 0.001 makes every upstream second a millisecond: of the waiting times, and of how long sessions count as lasting. */
  readonly timeScale?: number;
  /** Milliseconds, for the length of sessions. */
  readonly now?: () => number;
  /** Told of each session as it begins. */
  readonly onSession?: (session: DialedSession) => void;
}

/**
 * Dials again whenever a session has ended, after the waiting times of a Backrest: at once, and on a new connection,
 * when its configuration has changed. Resolves when the signal aborts or the peer is closed.
 */
export async function keepConnected(peer: Dialing, options: KeepConnectedOptions): Promise<void> {
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
    const retry = nextRetry(peer.generation, retries, (now() - sinceMs) / timeScale);
    retries = retry.state;
    await sleep(retry.delayMs * timeScale, undefined, { signal }).catch(() => {});
  }
}

/** Resolves to undefined when the signal aborts first. */
async function endOf(session: DialedSession, signal: AbortSignal): Promise<SessionEnd | undefined> {
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
