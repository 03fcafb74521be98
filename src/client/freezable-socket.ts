import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * A TCP connection that can be left lying as a stopped process leaves it: open, unread and unwritten, until its buffers
 * are full.
 */
export class FreezableSocket extends Duplex {
  readonly #socket: Socket;
  #frozen = false;
  #held: (() => void) | undefined;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  freeze(): void {
    this.#frozen = true;
    this.#socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    this.#socket.resume();
    this.#held?.();
    this.#held = undefined;
  }

  override _read(): void {
    if (!this.#frozen) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = () => {
      this.#socket.write(chunk, done);
    };
    if (this.#frozen) this.#held = write;
    else write();
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
