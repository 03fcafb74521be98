import { constants, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { PortReason } from "../refusal.js";
import type { OpenRequest } from "./open-request.js";
import type { PortLimits } from "./port-limits.js";
import { SharedPing } from "./shared-ping.js";
import { SlidingCount } from "./sliding-count.js";

/** What one TCP connection costs, and when that is too much. Time is passed in; `sweep` is called a few times a second. */
export class PortConnection {
  readonly socket: Socket;
  /** The machine at the other end of the socket, which may be a proxy. */
  readonly peer: string;
  readonly limits: PortLimits;
  /** Whether the socket speaks TLS. */
  tls = false;
  readonly requests = new Set<OpenRequest>();
  /** Whether there ever was a request on it. */
  used = false;
  #session: ServerHttp2Session | undefined;
  #ping: SharedPing | undefined;
  readonly #opened: number;
  #deadline: number;
  #deadlineMeans: PortReason = "protocol not told in time";
  #widened = false;
  #draining = false;
  #ended = false;
  readonly #resets: SlidingCount;
  readonly #unknown: SlidingCount;
  readonly #wasted: SlidingCount;
  readonly #pieces: SlidingCount;
  readonly #unknownPieces: SlidingCount;
  /** Bytes that were headers or data, of all that came. */
  #useful = 0;
  #wastedSoFar = 0;
  readonly #refused: (reason: PortReason) => void;

  constructor(options: {
    socket: Socket;
    peer: string;
    limits: PortLimits;
    now: number;
    refused: (reason: PortReason) => void;
  }) {
    this.socket = options.socket;
    this.peer = options.peer;
    this.limits = options.limits;
    this.#refused = options.refused;
    this.#opened = options.now;
    this.#deadline = options.now + options.limits.sniffMs;
    this.#resets = new SlidingCount(options.limits.windowMs);
    this.#unknown = new SlidingCount(options.limits.windowMs);
    this.#wasted = new SlidingCount(options.limits.windowMs);
    this.#pieces = new SlidingCount(options.limits.windowMs);
    this.#unknownPieces = new SlidingCount(options.limits.windowMs);
  }

  /** No further request is to be served. */
  get ended(): boolean {
    return this.#ended || this.socket.destroyed;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** The first bytes told the protocol; the rest of the first request is due. */
  told(): void {
    this.#expect(this.#opened + this.limits.firstRequestMs, "no request in time");
  }

  speaksHttp2(session: ServerHttp2Session): void {
    this.#session = session;
    this.#ping = new SharedPing(session);
  }

  /** A request's head is complete. */
  began(request: OpenRequest, headerBytes: number, now: number): void {
    this.requests.add(request);
    this.used = true;
    this.#useful += headerBytes;
    this.#expect(Number.POSITIVE_INFINITY, "idle");
    this.#countUnknown(now);
    // HTTP/2 has its own limit; HTTP/1.1 lets a caller ask on before it has its answers.
    const { concurrentStreams } = this.limits;
    if (this.#session === undefined && this.requests.size > concurrentStreams) this.refuse("too many requests at once");
  }

  /** A request was reset before anything was done about it. */
  vanished(now: number): void {
    this.#countUnknown(now);
    this.reset(now);
  }

  finished(request: OpenRequest, now: number): void {
    if (!this.requests.delete(request) || this.requests.size > 0) return;
    this.#expect(now + this.limits.idleMs, "idle");
    // An HTTP/2 session that drains ends itself.
    if (this.#draining && this.#session === undefined) this.end();
  }

  /** A stream ended with a reset that was not the hub's. */
  reset(now: number): void {
    this.#resets.add(1, now);
    if (this.#resets.total(now) > this.limits.resetStreams) this.refuse("too many resets");
  }

  /** Bytes that count as data came. */
  received(bytes: number): void {
    this.#useful += bytes;
  }

  /** A piece of a request's body came, wanted or not. */
  piece(known: boolean, now: number): void {
    const pieces = known ? this.#pieces : this.#unknownPieces;
    pieces.add(1, now);
    const limit = known ? this.limits.dataPieces : this.limits.unknownPieces;
    if (pieces.total(now) > limit) this.refuse("too many small pieces of data");
  }

  /** A caller on this connection is known. */
  known(now: number): void {
    this.#unknown.add(-1, now);
    if (this.#widened || this.#session === undefined || this.#session.destroyed) return;
    this.#widened = true;
    this.#session.setLocalWindowSize(this.limits.sessionWindowBytes);
  }

  async ping(timeoutMs: number): Promise<void> {
    if (this.socket.destroyed) throw new Error("the connection is gone");
    await this.#ping?.ping(timeoutMs);
  }

  sweep(now: number): void {
    if (this.ended) return;
    this.#weigh(now);
    if (this.#wasted.total(now) > this.limits.idleBytes) {
      this.refuse("too many bytes that are neither headers nor data");
    } else if (now >= this.#deadline) {
      this.refuse(this.#deadlineMeans);
    } else {
      for (const request of this.requests) request.sweep(now);
    }
  }

  /** Takes no further request and ends with the last one that is open. */
  drain(): void {
    this.#draining = true;
    if (this.#session !== undefined && !this.#session.destroyed) this.#session.close();
    else if (this.requests.size === 0) this.end();
  }

  /** Ends at once, for a reason that is counted. */
  refuse(reason: PortReason): void {
    if (this.#ended) return;
    this.#refused(reason);
    if (reason === "idle") this.end();
    else this.end(new Error(reason));
  }

  /** Ends at once; HTTP/2 says with a GOAWAY whether something was wrong. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#session !== undefined && !this.#session.destroyed) {
      if (error === undefined) this.#session.destroy();
      else this.#session.destroy(error, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    }
    // A session waits for its last bytes to be taken, which a hostile peer never does; the next turn is enough.
    setImmediate(() => this.socket.destroy());
  }

  #countUnknown(now: number): void {
    this.#unknown.add(1, now);
    if (this.#unknown.total(now) > this.limits.unknownRequests) this.refuse("too many requests without a known caller");
  }

  #expect(deadline: number, means: PortReason): void {
    this.#deadline = deadline;
    this.#deadlineMeans = means;
  }

  #weigh(now: number): void {
    let waiting = 0;
    for (const request of this.requests) waiting += request.waitingBytes;
    // What the hub sends is answered with a few bytes (window updates, acknowledgements): a sixteenth is allowed.
    const allowed = this.#useful + waiting + this.socket.bytesWritten / 16;
    const wasted = this.socket.bytesRead - allowed;
    this.#wasted.add(wasted - this.#wastedSoFar, now);
    this.#wastedSoFar = wasted;
  }
}
