import type { Readable } from "node:stream";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Assembler } from "./assemblers.js";

/** Bytes of complete messages that may wait here before the body is read no further. */
const MOST_WAITING_BYTES = 256 * 1024;

/** Who pays for a body. */
export interface BodyAccount {
  /**
   * Told of every piece as it arrives.
   *
   * @throws ConnectError when the body has become larger than its caller may send.
   */
  received(bytes: number): void;
  /** The most bytes that one message may have at this moment. */
  messageLimit(): number;
  /** Told of every piece that came after the body was given up. */
  discarded(): void;
}

/**
 * A request body as Connect reads it: chunks as the assembler makes them. Nothing is read before the first chunk is
 * asked for. One reader only.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #source: Readable;
  readonly #assembler: Assembler;
  readonly #account: BodyAccount;
  readonly #chunks: Uint8Array[] = [];
  /** Where the chunks begin that were not read yet: taking them off the front one by one would be quadratic. */
  #unread = 0;
  #waitingBytes = 0;
  #messages = 0;
  #started = false;
  #ended = false;
  #discarding = false;
  #error: ConnectError | undefined;
  #wake: (() => void) | undefined;

  constructor(source: Readable, assembler: Assembler, account: BodyAccount) {
    this.#source = source;
    this.#assembler = assembler;
    this.#account = account;
  }

  /** True once a whole message came. */
  get hasMessage(): boolean {
    return this.#messages > 0;
  }

  /** The reader gets this error once it has had what was complete before. */
  fail(error: ConnectError): void {
    if (this.#ended || this.#error !== undefined) return;
    this.#error = error;
    this.#discard();
    this.#wake?.();
  }

  /** Nobody reads it any more. It is read on without being kept: a sender that is stopped does not see its answer. */
  giveUp(): void {
    this.#ended = true;
    this.#discard();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#next(),
      return: () => {
        this.giveUp();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#started) this.#start();
    for (;;) {
      const chunk = this.#take();
      if (chunk !== undefined) return { done: false, value: chunk };
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#unread];
    if (chunk === undefined) return undefined;
    this.#unread++;
    this.#waitingBytes -= chunk.byteLength;
    if (this.#unread === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#unread = 0;
      if (this.#source.isPaused()) this.#source.resume();
    }
    return chunk;
  }

  #start(): void {
    this.#started = true;
    if (this.#error !== undefined) return;
    if (this.#source.readableEnded) return this.#onEnd();
    if (this.#source.destroyed) return this.#onClose();
    this.#source.on("end", this.#onEnd).on("close", this.#onClose).on("data", this.#onData);
  }

  readonly #onData = (piece: Buffer): void => {
    try {
      this.#account.received(piece.byteLength);
      this.#assembler.push(piece, this.#account.messageLimit(), this.#emit);
    } catch (error) {
      return this.fail(ConnectError.from(error));
    }
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.#source.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    if (this.#ended) return;
    try {
      this.#assembler.end(this.#emit);
    } catch (error) {
      return this.fail(ConnectError.from(error));
    }
    this.#ended = true;
    this.#wake?.();
  };

  readonly #onClose = (): void => {
    this.fail(new ConnectError("the caller broke the request off", Code.Canceled));
  };

  readonly #emit = (chunk: Uint8Array): void => {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    this.#messages++;
  };

  #discard(): void {
    if (this.#discarding) return;
    this.#discarding = true;
    this.#source.off("data", this.#onData);
    this.#source.on("data", () => this.#account.discarded());
    this.#source.resume();
  }
}
