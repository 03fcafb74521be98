/** How much of the queues to the store one peer fills, in bytes, beside what they take at most. */
export interface QueueLoad {
  readonly peerBytes: number;
  readonly peerMaxBytes: number;
  readonly totalMaxBytes: number;
}

/** A peer's share: this part of its own limit, or that of the limit for all, whichever is less. */
const SHARE_OF_OWN = 1 / 2;
const SHARE_OF_TOTAL = 1 / 4;
const SHORTEST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** A peer is told to wait at most this often. */
const THROTTLE_EVERY_MS = 1_000;
/** The longest that a peer can make the hub wait at once. */
const LONGEST_QUIET_MS = 60_000n;

/** How long this peer should wait: 0 within its share, above that in proportion to what lies above it. */
export function throttleDelayMs({ peerBytes, peerMaxBytes, totalMaxBytes }: QueueLoad): number {
  const share = Math.min(peerMaxBytes * SHARE_OF_OWN, totalMaxBytes * SHARE_OF_TOTAL);
  if (peerBytes <= share) return 0;
  const limit = Math.min(peerMaxBytes, totalMaxBytes);
  const above = Math.min(1, (peerBytes - share) / (limit - share));
  return Math.round(SHORTEST_DELAY_MS + above * (LONGEST_DELAY_MS - SHORTEST_DELAY_MS));
}

/** Whether a peer may be told to wait again. */
export function mayThrottle(lastMs: number, nowMs: number): boolean {
  return nowMs - lastMs >= THROTTLE_EVERY_MS;
}

/** How long the hub waits for a peer that asks for `delayMs`, which may be any number of 64 bits. */
export function quietMs(delayMs: bigint): number {
  if (delayMs <= 0n) return 0;
  return Number(delayMs < LONGEST_QUIET_MS ? delayMs : LONGEST_QUIET_MS);
}
