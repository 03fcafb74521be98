/** How long others are waited for that move at the same time. */
const GATHER_MS = 50;
/** Of one machine. */
const EVERY_MS = 1_000;

/**
 * When to tell of machines in which something moves all the time: of each at most once a second, the first time almost
 * at once, and of all that are due together.
 */
export class FleetTicks {
  readonly #onDue: (peerIds: readonly number[]) => readonly number[];
  /** By peer, when it is due; behind that for how long it rests. */
  readonly #due = new Map<number, number>();
  readonly #told = new Map<number, number>();
  #timer: { readonly handle: NodeJS.Timeout; readonly atMs: number } | undefined;
  #closed = false;

  /** @param onDue gives back of whom there was something to tell */
  constructor(onDue: (peerIds: readonly number[]) => readonly number[]) {
    this.#onDue = onDue;
  }

  moved(peerId: number): void {
    if (this.#closed || this.#due.has(peerId)) return;
    const nowMs = performance.now();
    const told = this.#told.get(peerId) ?? Number.NEGATIVE_INFINITY;
    this.#due.set(peerId, Math.max(nowMs + GATHER_MS, told + EVERY_MS));
    this.#arm(nowMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer?.handle);
  }

  #arm(nowMs: number): void {
    const atMs = Math.min(...this.#due.values());
    if (this.#closed || atMs === Number.POSITIVE_INFINITY || (this.#timer?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) {
      return;
    }
    clearTimeout(this.#timer?.handle);
    const handle = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(atMs - nowMs)));
    handle.unref();
    this.#timer = { handle, atMs };
  }

  #tick(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const [peerId, told] of this.#told) if (told + EVERY_MS <= nowMs) this.#told.delete(peerId);
    const due = [...this.#due].filter(([, atMs]) => atMs <= nowMs).map(([peerId]) => peerId);
    for (const peerId of due) this.#due.delete(peerId);
    if (due.length > 0) for (const peerId of this.#onDue(due)) this.#told.set(peerId, nowMs);
    this.#arm(nowMs);
  }
}
