/** Counts events over the last `windowMs`, to within a tenth of it. */
export class SlidingCount {
  readonly #slotMs: number;
  readonly #slots = new Array<number>(SLOTS).fill(0);
  #slot = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(amount: number, now: number): void {
    this.#forget(now);
    const at = this.#slot % SLOTS;
    this.#slots[at] = (this.#slots[at] ?? 0) + amount;
    this.#total += amount;
  }

  total(now: number): number {
    this.#forget(now);
    return this.#total;
  }

  #forget(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    const stale = Math.min(slot - this.#slot, SLOTS);
    for (let step = 1; step <= stale; step++) {
      const at = (this.#slot + step) % SLOTS;
      this.#total -= this.#slots[at] ?? 0;
      this.#slots[at] = 0;
    }
    this.#slot = Math.max(slot, this.#slot);
  }
}

const SLOTS = 10;
