/** The most that one log takes, what the hub says about itself at its end included. */
export const LOG_MAX_BYTES = 4 << 20;
/** The most that all logs of a peer take together; the oldest make way. */
export const PEER_LOGS_MAX_BYTES = 64 << 20;
/** What a log counts as at least, so that the number of a peer's logs is bounded too. */
export const LOG_COUNTED_MIN_BYTES = 64 << 10;

/** A log that an operation names. */
export interface NamedLog {
  /** The hub's id of the operation. */
  readonly operationId: bigint;
  /** The peer's own. */
  readonly originalId: bigint;
  /** The peer's name of the log. */
  readonly ref: string;
}

export interface LogQuery {
  readonly operationId: bigint;
  readonly ref: string;
  readonly nowMs: number;
}

/** What the hub knows of a log: that an operation names it, and what was fetched of it. */
export interface LogRecord extends NamedLog {
  readonly peerId: number;
  /** False once the operation is removed: the peer has it no more. */
  readonly live: boolean;
  /** False while the operation is pending or runs: its log may still grow. */
  readonly ended: boolean;
  readonly kept?: { readonly content: Uint8Array; readonly complete: boolean };
}

export interface NewLog {
  readonly peerId: number;
  readonly operationId: bigint;
  readonly ref: string;
  /** At most {@link LOG_MAX_BYTES}; owns its ArrayBuffer, which is handed over. */
  readonly content: Uint8Array;
  /** True when nothing more of it will come; a part never takes the place of a whole or of a longer part. */
  readonly complete: boolean;
  readonly atMs: number;
  readonly expiresMs: number;
}

export interface LogStats {
  readonly kept: number;
  readonly bytes: bigint;
  /** Deleted at their expiry since the database was made. */
  readonly expired: bigint;
  /** Deleted before, to make room for newer ones of the same peer. */
  readonly displaced: bigint;
}
