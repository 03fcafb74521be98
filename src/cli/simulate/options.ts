import { InvalidArgumentError } from "commander";
import type { FleetGeneration } from "../../client/simulate/generations.js";
import { MISBEHAVIOURS, type Misbehaviour } from "../../client/simulate/misbehaviour.js";
import type { TargetOptions } from "../hub-connection.js";

/** How many of each kind misbehave. */
export type Misbehaving = ReadonlyMap<Misbehaviour, number>;

export interface SimulateOptions extends TargetOptions {
  readonly peers: number;
  /** Changes a second over all machines. */
  readonly rate: number;
  readonly seconds?: number;
  readonly days: number;
  readonly generation: FleetGeneration;
  readonly misbehave?: Misbehaving;
  readonly seed?: number;
  readonly keep?: string;
  readonly remove?: boolean;
}

/** A reader of such numbers for commander. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Write a whole number from ${from} to ${to}.`);
  };
}

/** Reads such as `slow=2,freeze=1`. */
export function readMisbehaving(text: string): Misbehaving {
  const counts = new Map<Misbehaviour, number>();
  for (const part of text.split(",")) {
    const [, name = "", count = ""] = /^([a-z-]+)=(\d{1,4})$/.exec(part.trim()) ?? [];
    const kind = MISBEHAVIOURS.find((each) => each === name);
    if (kind === undefined || counts.has(kind)) {
      throw new InvalidArgumentError(`Write such as slow=2,freeze=1, each kind once, of: ${MISBEHAVIOURS.join(", ")}.`);
    }
    counts.set(kind, Number(count));
  }
  return counts;
}
