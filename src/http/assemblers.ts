import { Code, ConnectError } from "@connectrpc/connect";
import { GrowingBytes } from "./growing-bytes.js";

/** Turns pieces of a request body into the chunks that Connect is given. */
export interface Assembler {
  /**
   * Takes a piece in time linear in its length and emits each chunk that it completes.
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
 * For bodies of enveloped messages (all streams, and all of gRPC): one chunk per envelope, a flag byte, four bytes of
 * length and the payload. Connect's own decoder sums up its chunks anew for each that arrives and allocates what a
 * length claims; with whole envelopes it does neither. It copies each payload into memory of its own, so an envelope
 * that lies within one piece is passed on uncopied.
 */
export class EnvelopeAssembler implements Assembler {
  readonly #partial = new GrowingBytes();
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
      this.#partial.append(part, this.#wanted);
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
      const head = Uint8Array.from({ length: HEAD_BYTES }, (_, index) => this.#partial.byteAt(index));
      this.#wanted = envelopeSize(head, limit);
      if (this.#wanted > HEAD_BYTES) return;
    }
    emit(this.#partial.take());
    this.#wanted = HEAD_BYTES;
  }
}

/** For bodies that are one message: a single chunk, when the body is complete. */
export class WholeAssembler implements Assembler {
  readonly #body = new GrowingBytes();

  push(piece: Uint8Array, limit: number): void {
    assertMessageSize(this.#body.length + piece.byteLength, limit);
    this.#body.append(piece, limit);
  }

  end(emit: (chunk: Uint8Array) => void): void {
    if (this.#body.length > 0) emit(this.#body.take());
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
