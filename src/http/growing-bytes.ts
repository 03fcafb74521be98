const FIRST_CAPACITY = 4096;

/**
 * Collects bytes that come in pieces, in memory that grows with what came and never with what was announced, in time
 * linear in the bytes. The result owns its ArrayBuffer alone (nothing of Buffer's pool), so it may be transferred.
 */
export class GrowingBytes {
  #bytes: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends a piece; the memory never exceeds `most` bytes, which the caller has checked to be enough. */
  append(piece: Uint8Array, most: number): void {
    const needed = this.#length + piece.byteLength;
    if (needed > this.#bytes.byteLength) this.#grow(Math.min(Math.max(needed, this.#length * 2, FIRST_CAPACITY), most));
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
  }

  byteAt(index: number): number {
    return this.#bytes[index] ?? 0;
  }

  /** Hands out what was collected and starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset } = this.#bytes;
    const taken = new Uint8Array(buffer, byteOffset, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }

  #grow(capacity: number): void {
    // The slow kind is not cut from the shared pool; what is not filled is never handed out.
    const grown = Buffer.allocUnsafeSlow(capacity);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
