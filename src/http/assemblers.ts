import { Code, ConnectError } from "@connectrpc/connect";
import { Blocks } from "./blocks.js";

/**
 * Checks a request body as it comes and passes it on message by message. Connect copies each message into memory of
 * its own, which nothing else lies in; what is emitted here is only the way there.
 */
export interface Assembler {
  /**
   * Takes a piece in time linear in its length and emits the chunks of each message that it completes.
   *
   * @throws ConnectError when a message is larger than `limit` or compressed.
   */
  push(piece: Uint8Array, limit: number, emit: (chunk: Uint8Array) => void): void;
  /**
   * The body is complete.
   *
   * @throws ConnectError `invalid_argument` when it ends in the middle of a message.
   */
  end(emit: (chunk: Uint8Array) => void): void;
}

const HEAD_BYTES = 5;
const COMPRESSED_FLAG = 1;

/**
 * For bodies of enveloped messages (all streams, and all of gRPC): a flag byte, four bytes of length, the payload.
 * Connect's own decoder allocates what a length claims, and sums up all chunks that wait anew for each that comes. So
 * it gets an envelope once that is complete, in one chunk or few large ones.
 */
export class EnvelopeAssembler implements Assembler {
  readonly #partial = new Blocks();
  readonly #head = new Uint8Array(HEAD_BYTES);
  /** Bytes of the envelope under way, as far as known: its head's until that is complete. */
  #wanted = HEAD_BYTES;

  push(piece: Uint8Array, limit: number, emit: (chunk: Uint8Array) => void): void {
    let at = 0;
    while (at < piece.byteLength) {
      if (this.#partial.length === 0 && piece.byteLength - at >= HEAD_BYTES) {
        const size = envelopeSize(piece.subarray(at, at + HEAD_BYTES), limit);
        if (piece.byteLength - at >= size) {
          emit(piece.subarray(at, at + size));
          at += size;
          continue;
        }
        this.#wanted = size;
      }
      const part = piece.subarray(at, at + this.#wanted - this.#partial.length);
      if (this.#partial.length < HEAD_BYTES) {
        this.#head.set(part.subarray(0, HEAD_BYTES - this.#partial.length), this.#partial.length);
      }
      this.#partial.append(part);
      at += part.byteLength;
      this.#complete(limit, emit);
    }
  }

  end(): void {
    if (this.#partial.length > 0) {
      throw new ConnectError("the request ended in the middle of a message; send it whole", Code.InvalidArgument);
    }
  }

  #complete(limit: number, emit: (chunk: Uint8Array) => void): void {
    if (this.#partial.length < this.#wanted) return;
    if (this.#wanted === HEAD_BYTES) {
      this.#wanted = envelopeSize(this.#head, limit);
      if (this.#wanted > HEAD_BYTES) return;
    }
    for (const block of this.#partial.take()) emit(block);
    this.#wanted = HEAD_BYTES;
  }
}

/** For bodies that are one message, passed on when they are complete. */
export class WholeAssembler implements Assembler {
  readonly #body = new Blocks();

  push(piece: Uint8Array, limit: number): void {
    assertMessageSize(this.#body.length + piece.byteLength, limit);
    this.#body.append(piece);
  }

  end(emit: (chunk: Uint8Array) => void): void {
    for (const block of this.#body.take()) emit(block);
  }
}

/** @throws ConnectError `resource_exhausted` */
export function assertMessageSize(bytes: number, limit: number): void {
  if (bytes > limit) {
    throw new ConnectError(
      `a message of ${bytes} bytes is more than the ${limit} that the hub takes here; send less at once`,
      Code.ResourceExhausted,
    );
  }
}

function envelopeSize(head: Uint8Array, limit: number): number {
  const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
  if ((view.getUint8(0) & COMPRESSED_FLAG) !== 0) throw compressedRefusal();
  const length = view.getUint32(1);
  assertMessageSize(length, limit);
  return HEAD_BYTES + length;
}

export function compressedRefusal(): ConnectError {
  return new ConnectError(
    "the hub takes no compressed requests; switch request compression off in the client",
    Code.Unimplemented,
  );
}
