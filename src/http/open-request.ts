import { constants, type ServerHttp2Stream } from "node:http2";
import type { Readable } from "node:stream";
import { Code, ConnectError } from "@connectrpc/connect";
import { assertMessageSize } from "./assemblers.js";
import type { Caller } from "./caller.js";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";
import type { PortConnection } from "./port-connection.js";
import type { BodyAccount, RequestBody } from "./request-body.js";
import type { RawAnswer, RequestConnection } from "../request-context.js";

/** How long the rest of a body is read after its answer: a caller that is cut while it writes loses the answer. */
const LINGER_MS = 1_000;
/** What HTTP/2 puts in front of each piece of data. */
const FRAME_HEAD_BYTES = 9;

/** One request on a connection: what its caller may still do, and until when. */
export class OpenRequest implements RequestConnection, BodyAccount {
  readonly address: string;
  readonly peerAddress: string;
  readonly encrypted: boolean;
  readonly loopback: boolean;
  readonly takesSecrets: boolean;
  readonly userAgent: string;
  readonly meantHttps: boolean;
  readonly caller: Caller;
  readonly path: string;
  /** Whether the request shows a token; whose it is nobody has checked. */
  readonly carriesToken: boolean;
  /** Set when the request is an rpc whose body is read. */
  body: RequestBody | undefined;
  /** Set when a peer may wait its turn once its first message is there. */
  queuedUntil: number | undefined;
  /** Set when the handler gave its answer as bytes. */
  rawAnswer: RawAnswer | undefined;
  readonly #connection: PortConnection;
  readonly #request: NodeServerRequest;
  readonly #source: Readable;
  readonly #stream: ServerHttp2Stream | undefined;
  readonly #response: NodeServerResponse;
  #known = false;
  #bodyBytes = 0;
  #deadline: number;
  #progressAt = performance.now();
  #answeredAt: number | undefined;
  #cut = false;

  constructor(
    connection: PortConnection,
    request: NodeServerRequest,
    response: NodeServerResponse,
    caller: Caller,
    { carriesToken, takesSecrets }: { readonly carriesToken: boolean; readonly takesSecrets: boolean },
  ) {
    this.carriesToken = carriesToken;
    this.takesSecrets = takesSecrets;
    this.#connection = connection;
    this.#request = request;
    this.#response = response;
    this.#stream = "stream" in request ? request.stream : undefined;
    this.#source = "stream" in request ? request.stream : request;
    this.caller = caller;
    this.address = caller.address;
    this.peerAddress = connection.peer;
    this.encrypted = caller.encrypted;
    this.loopback = caller.loopback;
    this.userAgent = request.headers["user-agent"] ?? "";
    this.meantHttps = !caller.encrypted && request.headers[":scheme"] === "https";
    this.path = (request.url ?? "").split("?", 1)[0] ?? "";
    this.#deadline = performance.now() + connection.limits.unknownBodyMs;
    this.#watch();
  }

  /** The request's body as a stream that nobody has read from. */
  get source(): Readable {
    return this.#source;
  }

  /** Bytes that arrived and that nobody has read. */
  get waitingBytes(): number {
    return this.#source.readableLength;
  }

  authenticated(): void {
    if (this.#known) return;
    this.#known = true;
    this.#connection.known(performance.now());
  }

  allow(ms: number): void {
    this.#deadline = Math.max(this.#deadline, performance.now() + ms);
  }

  ping(timeoutMs: number): Promise<void> {
    return this.#connection.ping(timeoutMs);
  }

  send(envelope: Uint8Array): Promise<void> | undefined {
    const target = this.#stream ?? this.#response;
    if (target.destroyed || target.writableEnded || this.#write(envelope)) return undefined;
    return new Promise((resolve) => {
      const done = (): void => {
        target.off("drain", done).off("close", done);
        resolve();
      };
      target.on("drain", done).on("close", done);
    });
  }

  answerWith(answer: RawAnswer): void {
    this.rawAnswer = answer;
    if (this.#response.closed) answer.release();
    else this.#response.once("close", () => answer.release());
  }

  cut(): void {
    this.#abandon(constants.NGHTTP2_CANCEL);
  }

  received(bytes: number): void {
    // The heads of a known caller's frames count as data: it may send its data in small pieces.
    this.#connection.received(this.#known ? bytes + FRAME_HEAD_BYTES : bytes);
    this.#connection.piece(this.#known, performance.now());
    this.#bodyBytes += bytes;
    if (!this.#known) assertMessageSize(this.#bodyBytes, this.#connection.limits.unknownBodyBytes);
  }

  discarded(): void {
    this.#connection.piece(this.#known, performance.now());
  }

  messageLimit(): number {
    const { messageBytes, unknownBodyBytes } = this.#connection.limits;
    return this.#known ? messageBytes : unknownBodyBytes;
  }

  /** The caller took some of the response. */
  readonly progressed = (): void => {
    this.#progressAt = performance.now();
  };

  sweep(now: number): void {
    if (!this.#responsePending) this.#progressAt = now;
    if (now - this.#progressAt >= this.#connection.limits.unreadResponseMs) {
      this.#abandon(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    } else if (this.#answeredAt !== undefined && !this.#bodyComplete && now - this.#answeredAt >= LINGER_MS) {
      this.#abandon(constants.NGHTTP2_NO_ERROR);
    } else if (!this.#known && this.#answeredAt === undefined) {
      this.#sweepUnknown(now);
    }
  }

  /** False when the transport has enough for now. */
  #write(bytes: Uint8Array): boolean {
    // The two have no common signature to be called by.
    if (this.#stream !== undefined) return this.#stream.write(bytes, this.progressed);
    return "stream" in this.#response || this.#response.write(bytes, this.progressed);
  }

  #sweepUnknown(now: number): void {
    if (this.body === undefined) {
      if (now >= this.#deadline && !this.#bodyComplete) this.#abandon(constants.NGHTTP2_CANCEL);
      return;
    }
    if (this.queuedUntil !== undefined && this.body.hasMessage)
      this.#deadline = Math.max(this.#deadline, this.queuedUntil);
    if (now >= this.#deadline + LINGER_MS) this.cut();
    else if (now >= this.#deadline) this.body.fail(tooSlow());
  }

  #abandon(code: number): void {
    if (this.#cut) return;
    this.#cut = true;
    if (this.#stream === undefined) {
      this.#connection.socket.destroy();
      return;
    }
    this.#stream.close(code);
    // The reset is queued; the stream itself must not wait until a caller that reads nothing took it.
    this.#stream.destroy();
  }

  get #bodyComplete(): boolean {
    if (this.#stream !== undefined) return this.#stream.endAfterHeaders || this.#stream.readableEnded;
    return this.#request.complete;
  }

  /** Whether there is something of the response that the caller has not taken. */
  get #responsePending(): boolean {
    const target = this.#stream ?? this.#response;
    return this.#answeredAt === undefined && (target.writableLength > 0 || target.writableEnded);
  }

  #watch(): void {
    const ignore = (): void => undefined;
    this.#source.on("error", ignore);
    this.#response.on("error", ignore);
    const target = this.#stream ?? this.#response;
    target.on("drain", this.progressed);
    target.once("finish", () => this.#answered());
    this.#response.once("close", () => {
      this.#answered();
      if (this.#stream !== undefined) this.#gone();
      // HTTP/1.1: what is left of the body belongs to this request, not to the next.
      else if (this.#bodyComplete || this.#source.destroyed) this.#gone();
      else this.#source.once("close", () => this.#gone());
    });
  }

  #answered(): void {
    if (this.#answeredAt !== undefined) return;
    this.#answeredAt = performance.now();
    if (this.#bodyComplete) return;
    if (this.body === undefined) this.#source.on("data", () => this.discarded()).resume();
    else this.body.giveUp();
  }

  #gone(): void {
    const now = performance.now();
    const code = this.#stream?.rstCode ?? constants.NGHTTP2_NO_ERROR;
    if (!this.#cut && (code !== constants.NGHTTP2_NO_ERROR || this.#stream?.aborted === true)) {
      this.#connection.reset(now);
    }
    this.#connection.finished(this, now);
  }
}

function tooSlow(): ConnectError {
  return new ConnectError(
    "the hub waited too long for this request to be complete and to say who sends it; send it again",
    Code.DeadlineExceeded,
  );
}
