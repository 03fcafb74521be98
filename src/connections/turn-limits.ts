export interface TurnLimits {
  /** Key exchanges a second of one address (of IPv6, a /64). */
  readonly perAddress: number;
  /** The same after `failures` failures. */
  readonly perAddressAfterFailures: number;
  readonly failures: number;
  /** Failures are forgotten when none has come for this long. */
  readonly forgetFailuresMs: number;
  /** Key exchanges a second of all addresses. */
  readonly inAll: number;
  /** Sessions that may wait, and for how long. */
  readonly waiting: number;
  readonly waitMs: number;
  /** How long a session has from its turn until its handshake is there. */
  readonly deadlineMs: number;
  /** Addresses that are remembered. */
  readonly addresses: number;
}

export const TURN_LIMITS: TurnLimits = {
  perAddress: 50,
  perAddressAfterFailures: 1,
  failures: 20,
  forgetFailuresMs: 600_000,
  inAll: 150,
  waiting: 2_000,
  waitMs: 20_000,
  deadlineMs: 10_000,
  addresses: 65_536,
};

export interface TurnClock {
  /** Milliseconds, only ever rising. */
  now(): number;
  /** Runs something later, once, unless it is called off. */
  after(ms: number, run: () => void): () => void;
}

export const REAL_CLOCK: TurnClock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
