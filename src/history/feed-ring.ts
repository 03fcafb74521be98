import { type ThinEvent, thinned } from "./thin-event.js";

export interface FeedLimits {
  /** What whole events may take. */
  readonly wholeBytes: number;
  /** What is kept of events beyond that: ids, eight bytes each. */
  readonly thinBytes: number;
}

interface Entry {
  readonly position: number;
  readonly content: Uint8Array | ThinEvent;
  readonly bytes: number;
}

/**
 * The newest events. Beyond a limit the oldest are kept as ids only, from which their operations can be read again:
 * that takes an eightieth of the room, so that one peer's burst does not overtake those who read.
 */
export class FeedRing {
  readonly #limits: FeedLimits;
  #entries: Entry[] = [];
  /** Entries at the front that are thin. */
  #thin = 0;
  #wholeBytes = 0;
  #thinBytes = 0;
  #nextPosition = 0;

  constructor(limits: FeedLimits) {
    this.#limits = limits;
  }

  get nextPosition(): number {
    return this.#nextPosition;
  }

  push(event: Uint8Array): void {
    this.#entries.push({ position: this.#nextPosition++, content: event, bytes: event.byteLength });
    this.#wholeBytes += event.byteLength;
  }

  at(position: number): Uint8Array | ThinEvent | "none" | "gone" {
    if (position >= this.#nextPosition) return "none";
    const first = this.#entries[0];
    if (first === undefined || position < first.position) return "gone";
    return this.#entries[position - first.position]?.content ?? "gone";
  }

  /** @param slowest the first position that somebody still wants */
  trim(slowest: number): void {
    while (this.#wholeBytes > this.#limits.wholeBytes && this.#thin < this.#entries.length) this.#thinNext(slowest);
    let drop = 0;
    let thinBytes = this.#thinBytes;
    for (const [index, { position, bytes }] of this.#entries.entries()) {
      if (position >= slowest && thinBytes <= this.#limits.thinBytes) break;
      if (index < this.#thin) thinBytes -= bytes;
      else this.#wholeBytes -= bytes;
      drop++;
    }
    this.#thinBytes = thinBytes;
    this.#thin = Math.max(0, this.#thin - drop);
    if (drop > 0) this.#entries.splice(0, drop);
  }

  clear(): void {
    this.#entries = [];
    this.#thin = 0;
    this.#wholeBytes = 0;
    this.#thinBytes = 0;
  }

  #thinNext(slowest: number): void {
    const entry = this.#entries[this.#thin];
    if (entry === undefined) return;
    // What everybody has read is dropped next, and needs no ids.
    const thin =
      entry.position < slowest || !(entry.content instanceof Uint8Array) ? undefined : thinned(entry.content);
    // Deletions are ids already.
    const bytes = thin === undefined ? entry.bytes : thin.ids.byteLength;
    this.#entries[this.#thin] = { position: entry.position, content: thin ?? entry.content, bytes };
    this.#thin++;
    this.#wholeBytes -= entry.bytes;
    this.#thinBytes += bytes;
  }
}
