import type { Transferable } from "node:worker_threads";

/** What one request leaves to be done once its transaction is committed; thrown away when that is rolled back. */
export class Work {
  private readonly effects: (() => void)[] = [];
  readonly transfers: Transferable[] = [];

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /** The answer hands this buffer over instead of copying it. */
  handOver(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.transfers.push(bytes.buffer);
    return bytes;
  }

  committed(): void {
    for (const effect of this.effects) effect();
  }
}
