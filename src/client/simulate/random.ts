import { createHash } from "node:crypto";

/** A seeded source of random numbers (mulberry32): the same seed gives the same fleet. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** One of its own for everything that has a name, so that what one machine does changes nothing for another. */
  static of(seed: number, name: string): Random {
    return new Random(createHash("sha256").update(`${seed}/${name}`).digest().readUInt32LE());
  }

  /** From 0, included, to 1, not included. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.between(0, from.length - 1)] ?? from[0];
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.between(0, 0xffff).toString(16).padStart(4, "0");
    return text.slice(0, digits);
  }
}
