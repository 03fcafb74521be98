/** Counts events over the last `windowMs`, to within a tenth of it. */
export class SlidingCount {
  readonly #slotMs: number;
  readonly #slots = new Array<number>(SLOTS).fill(0);
  #slot = 0;

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(amount: number, now: number): void {
    this.#forget(now);
    const at = this.#slot % SLOTS;
    this.#slots[at] = (this.#slots[at] ?? 0) + amount;
  }

  total(now: number): number {
    this.#forget(now);
    return this.#slots.reduce((sum, amount) => sum + amount, 0);
  }

  #forget(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    const stale = Math.min(slot - this.#slot, SLOTS);
    for (let step = 1; step <= stale; step++) this.#slots[(this.#slot + step) % SLOTS] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}

const SLOTS = 10;
