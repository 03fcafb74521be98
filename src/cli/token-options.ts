import { InvalidArgumentError } from "commander";
import { duration, type Kind, NotAccepted, wholeNumber } from "../config/kinds.js";

const TTL = duration("1s", "36500d");
const USES = wholeNumber(1, 2 ** 31 - 1);

/** Milliseconds; 0 stands for no end. */
export function durationOrNone(text: string): number {
  return orNone(TTL, text);
}

/** 0 stands for no limit. */
export function countOrNone(text: string): number {
  return orNone(USES, text);
}

function orNone(kind: Kind<number>, text: string): number {
  if (text === "0") return 0;
  const value = kind.parse(text, { home: "", base: "" });
  if (value instanceof NotAccepted) throw new InvalidArgumentError(`Write ${kind.accepts}, or 0.`);
  return value;
}
