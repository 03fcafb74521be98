const FIRST_CAPACITY = 64;

/** Ids in a buffer outside of the thread's small heap, eight bytes each; as many bigints would take four times that. */
export class IdList {
  private ids = new BigInt64Array(FIRST_CAPACITY);
  length = 0;

  add(id: bigint): void {
    if (this.length === this.ids.length) this.enlarge(2 * this.length);
    this.ids[this.length] = id;
    this.length += 1;
  }

  addAll(ids: BigInt64Array): void {
    if (this.length + ids.length > this.ids.length) this.enlarge(this.length + ids.length);
    this.ids.set(ids, this.length);
    this.length += ids.length;
  }

  at(index: number): bigint {
    return this.ids[index] ?? 0n;
  }

  /** The ids in place, in the order in which they came. */
  values(): BigInt64Array<ArrayBuffer> {
    return this.ids.subarray(0, this.length);
  }

  private enlarge(capacity: number): void {
    const larger = new BigInt64Array(capacity);
    larger.set(this.ids);
    this.ids = larger;
  }
}
