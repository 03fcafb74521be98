/** A piece of this size is kept as it is. A smaller one may be a small part of a large read that it would keep alive. */
const KEPT_BYTES = 8 * 1024;
const FIRST_BYTES = 4 * 1024;
const LARGEST_BYTES = 256 * 1024;

/**
 * Collects bytes that come in pieces, in time linear in them and in memory that grows with what came and never with
 * what was announced.
 */
export class Blocks {
  readonly #done: Uint8Array[] = [];
  /** Where small pieces are put together. */
  #open: Buffer = Buffer.alloc(0);
  #used = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(piece: Uint8Array): void {
    this.#length += piece.byteLength;
    if (piece.byteLength >= KEPT_BYTES) {
      this.#closeOpen();
      this.#done.push(piece);
      return;
    }
    for (let at = 0; at < piece.byteLength; ) {
      if (this.#used === this.#open.byteLength) this.#openNext();
      const part = piece.subarray(at, at + this.#open.byteLength - this.#used);
      this.#open.set(part, this.#used);
      this.#used += part.byteLength;
      at += part.byteLength;
    }
  }

  /** Hands out what was collected, in order, and starts anew. */
  take(): Uint8Array[] {
    this.#closeOpen();
    this.#open = Buffer.alloc(0);
    this.#length = 0;
    return this.#done.splice(0);
  }

  #closeOpen(): void {
    if (this.#used > 0) this.#done.push(this.#open.subarray(0, this.#used));
    // What is left of the block takes the small pieces that come next.
    this.#open = this.#open.subarray(this.#used);
    this.#used = 0;
  }

  #openNext(): void {
    const size = Math.min(Math.max(FIRST_BYTES, this.#length), LARGEST_BYTES);
    this.#closeOpen();
    this.#open = Buffer.allocUnsafeSlow(size);
  }
}
