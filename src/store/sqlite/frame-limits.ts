import type { EventView } from "./event-view.js";
import { StoreFault } from "./fault.js";

/** Most operations, and most ids of deleted ones, of one message: what the thread carries out in seconds. */
const MAX_OPERATIONS = 65_536;
const MAX_DELETED = 1_000_000;

/** Errors: `resource_exhausted` for a message that holds more. */
export function refuseTooMany(event: EventView | undefined): void {
  if (event?.kind === "list" && event.count > MAX_OPERATIONS) throw tooMany("operations", event.count, MAX_OPERATIONS);
  if (event?.kind === "deleted" && event.count > MAX_DELETED) throw tooMany("deleted ids", event.count, MAX_DELETED);
}

function tooMany(what: string, count: number, most: number): StoreFault {
  return new StoreFault(
    "resource_exhausted",
    `the message holds ${count} ${what}, and the hub stores at most ${most} of one message; send them in several`,
  );
}
