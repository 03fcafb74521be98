import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { startMs } from "./rows.js";

export interface Seen {
  /** With this one. */
  readonly times: number;
  readonly sinceMs: number;
  /** It may be more often: there are older failures that were not read. */
  readonly more: boolean;
}

/** Durations, process ids, times and the like: the same error differs in them each time. */
const CHANGING = /[0-9]+/gu;
const COMPARED = 2_000;

/**
 * How often an error was seen, up to this operation.
 * @param failures the newest first
 */
export function seenBefore(operation: Operation, failures: readonly Operation[], older: boolean): Seen {
  const text = comparable(operation);
  if (text === "") return { times: 1, sinceMs: startMs(operation), more: false };
  const until = failures.filter(
    (one) => one.unixTimeStartMs < operation.unixTimeStartMs && comparable(one) === text && one.id !== operation.id,
  );
  const first = until.at(-1) ?? operation;
  return { times: until.length + 1, sinceMs: startMs(first), more: older && first.id === failures.at(-1)?.id };
}

function comparable({ displayMessage }: Operation): string {
  return displayMessage.slice(0, COMPARED).replaceAll(CHANGING, "0").replaceAll(/\s+/gu, " ").trim();
}
