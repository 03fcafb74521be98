/** What a stranger may cost the port, and what a known caller may. Every figure is a setting. */
export interface PortLimits {
  /** Time in which the first bytes must tell the protocol (TLS, HTTP/2 or HTTP/1.1). */
  readonly sniffMs: number;
  /** Time from the connection to its first complete request head; also the time of a TLS handshake. */
  readonly firstRequestMs: number;
  /**
   * Time a connection may stay open with no request on it, once it had one. Not the 60 s after which a refused Backrest
   * dials again on it: a try that crosses the end is lost, and the next comes after 180 s.
   */
  readonly idleMs: number;
  /** Time for the body of a request whose caller is not known yet. */
  readonly unknownBodyMs: number;
  /** Time that a peer whose first message is there may wait for its turn to become known. */
  readonly unknownPeerMs: number;
  /** Bytes in all that such a body may have. */
  readonly unknownBodyBytes: number;
  /** Bytes of one message of a known caller. */
  readonly messageBytes: number;
  /** Time in which the caller must take some of a response that waits for it. */
  readonly unreadResponseMs: number;
  /** Connections at once from one address (IPv6: from one /64). */
  readonly connectionsPerAddress: number;
  /** Connections at once in all. */
  readonly connections: number;
  /** By how much the limits per address and per connection are raised for a trusted proxy. */
  readonly trustedProxyFactor: number;
  /** The time over which the next five are counted. */
  readonly windowMs: number;
  /** Streams of one connection that the caller reset, in the window. */
  readonly resetStreams: number;
  /** Requests of one connection that did not turn out to come from a known caller, in the window. */
  readonly unknownRequests: number;
  /** Bytes read from one connection that were neither headers nor data, in the window. */
  readonly idleBytes: number;
  /** Pieces in which bodies on one connection came, in the window: each costs the hub the same, however small it is. */
  readonly dataPieces: number;
  /** The same for callers who are not known. */
  readonly unknownPieces: number;
  /** HTTP/2: streams at once on one session. */
  readonly concurrentStreams: number;
  /** HTTP/2: session memory in MB, beyond which no new stream is taken (Node's maxSessionMemory). */
  readonly sessionMemoryMb: number;
  /** Bytes of one request's headers. */
  readonly headerBytes: number;
  /** HTTP/2: resets that are taken at once, and how many a second after that, before the session ends. */
  readonly resetBurst: number;
  readonly resetRate: number;
  /** HTTP/2: invalid frames and rejected streams that one session may send. */
  readonly invalidFrames: number;
  readonly rejectedStreams: number;
  /** HTTP/2: bytes in flight on one stream. */
  readonly streamWindowBytes: number;
  /**
   * HTTP/2: bytes in flight on one session once a caller on it is known. Before that it is HTTP/2's own 64 KiB, so
   * that a stranger cannot make the hub hold more.
   */
  readonly sessionWindowBytes: number;
}

export const DEFAULT_PORT_LIMITS: PortLimits = {
  sniffMs: 5_000,
  firstRequestMs: 10_000,
  idleMs: 75_000,
  unknownBodyMs: 10_000,
  unknownPeerMs: 40_000,
  unknownBodyBytes: 16 * 1024,
  messageBytes: 32 * 1024 * 1024,
  unreadResponseMs: 30_000,
  connectionsPerAddress: 64,
  connections: 8_192,
  trustedProxyFactor: 16,
  windowMs: 10_000,
  resetStreams: 100,
  unknownRequests: 1_000,
  idleBytes: 1024 * 1024,
  dataPieces: 300_000,
  unknownPieces: 8_192,
  concurrentStreams: 32,
  sessionMemoryMb: 4,
  headerBytes: 16 * 1024,
  resetBurst: 100,
  resetRate: 10,
  invalidFrames: 50,
  rejectedStreams: 20,
  streamWindowBytes: 4 * 1024 * 1024,
  sessionWindowBytes: 8 * 1024 * 1024,
};
