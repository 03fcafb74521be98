const FIRST_CAPACITY = 64;

/** Ids that a peer has sent during a pass, eight bytes each; the same one may be noted many times. */
export class SeenIds {
  private ids = new BigInt64Array(FIRST_CAPACITY);
  private length = 0;
  private ordered = true;

  /** How many ids the buffer has room for. */
  get capacity(): number {
    return this.ids.length;
  }

  add(id: bigint): void {
    if (this.length === this.ids.length) this.makeRoom();
    this.ids[this.length] = id;
    this.length += 1;
    this.ordered = false;
  }

  /** The ids in ascending order, each once. */
  sorted(): BigInt64Array {
    this.compact();
    return this.ids.subarray(0, this.length);
  }

  private makeRoom(): void {
    this.compact();
    if (this.length < this.ids.length / 2) return;
    const larger = new BigInt64Array(this.ids.length * 2);
    larger.set(this.ids);
    this.ids = larger;
  }

  private compact(): void {
    if (this.ordered) return;
    const ids = this.ids.subarray(0, this.length).sort();
    let kept = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] ?? 0n;
      if (kept > 0 && ids[kept - 1] === id) continue;
      ids[kept] = id;
      kept += 1;
    }
    this.length = kept;
    this.ordered = true;
  }
}
