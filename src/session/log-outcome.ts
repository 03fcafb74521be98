import type { LogEnding, WantedLog } from "../fleet/log-fetch.js";
import { LOG_MAX_BYTES } from "../store/logs.js";

/** What a reader of a log gets. */
export interface LogAnswer {
  readonly content: Uint8Array;
  /** Why this is not all of it, or nothing, in a sentence for a person. */
  readonly words?: string;
}

export interface LogOutcome extends LogAnswer {
  /** Nothing more will ever come of it. */
  readonly complete: boolean;
}

const DAY_MS = 86_400_000;
const USUAL_KEPT_MS = 30 * DAY_MS;
const LONGEST_KEPT_MS = 365 * DAY_MS;

const CUT = Buffer.from(
  `\n[the hub keeps the first ${LOG_MAX_BYTES >> 20} MiB of a log; the rest of this one was cut]\n`,
);

/** What has become of a log when its fetching ended, and what a reader is told about it. */
export function outcomeOf(
  wanted: WantedLog,
  ending: LogEnding,
  received: { readonly content: Uint8Array; readonly isShort: boolean },
): LogOutcome {
  const { content } = received;
  switch (ending.how) {
    case "whole":
      return received.isShort
        ? { content, complete: false, words: "the hub receives too many logs at once for the rest; ask again later" }
        : { content, complete: wanted.operationEnded };
    case "cut":
      return {
        content: Buffer.concat([content.subarray(0, LOG_MAX_BYTES - CUT.byteLength), CUT]),
        complete: wanted.operationEnded && !received.isShort,
      };
    case "refused":
      return { content, complete: false, words: `the machine did not give this log: ${ending.why}` };
    case "foreign":
      return {
        content: new Uint8Array(),
        complete: false,
        words: "the machine says that this log belongs to another operation; the hub did not keep it",
      };
    case "silent":
      return { content, complete: false, words: "the machine did not send the end of this log in time" };
    case "left":
      return { content, complete: false, words: "the machine left before all of this log had come; ask again later" };
  }
}

/** When a log is deleted, in Unix milliseconds: as its peer says, within bounds. */
export function expiryOf(expirationTsUnix: bigint, nowMs: number): number {
  if (expirationTsUnix === 0n) return nowMs + USUAL_KEPT_MS;
  const latest = nowMs + LONGEST_KEPT_MS;
  const stated = expirationTsUnix * 1000n;
  if (stated <= 0n) return 0;
  return stated < BigInt(latest) ? Number(stated) : latest;
}
