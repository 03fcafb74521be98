import { StoreFault } from "./fault.js";

/** The most that one answer may take. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** The most operations of one answer: usual ones reach the limit in bytes first. */
export const MAX_ANSWER_OPERATIONS = 1_000_000;

export function tooLarge(): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    "answers are limited to 1,000,000 operations and 256 MiB; ask for fewer (last_n) or with a narrower selector (a plan, a repo or a peer)",
  );
}
