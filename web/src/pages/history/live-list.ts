import type { Operation, OperationEvent } from "../../../../gen/v1/operations_pb.js";

/** What was told live since the list was read. */
export interface Told {
  readonly changed: ReadonlyMap<bigint, Operation>;
  readonly gone: ReadonlySet<bigint>;
  /** More came than is kept: the list is to be read anew. */
  readonly tooMany: boolean;
}

export const NOTHING_TOLD: Told = { changed: new Map(), gone: new Set(), tooMany: false };

/** A page that is open for days on a busy fleet must not grow without end. */
export const MOST_TOLD = 2_000;

/** @param keep whether an operation is shown, or belongs to what is shown */
export function withEvents(
  told: Told,
  events: readonly OperationEvent[],
  keep: (operation: Operation) => boolean,
): Told {
  const changed = new Map(told.changed);
  const gone = new Set(told.gone);
  let { tooMany } = told;
  for (const { event } of events) {
    if (event.case === "deletedOperations") {
      for (const id of event.value.values) {
        gone.add(id);
        changed.delete(id);
      }
    }
    if (event.case !== "createdOperations" && event.case !== "updatedOperations") continue;
    for (const operation of event.value.operations) {
      gone.delete(operation.id);
      const isKept = changed.has(operation.id) || keep(operation);
      if (!isKept) continue;
      if (changed.size < MOST_TOLD || changed.has(operation.id)) changed.set(operation.id, operation);
      else tooMany = true;
    }
  }
  return { changed, gone, tooMany };
}

/**
 * What was read and what was told, the newest first; of two states of an operation the later one.
 * @param complete there is nothing older to be read: then what was told may also be older than all that was read
 */
export function merged(
  read: readonly Operation[],
  { changed, gone }: Told,
  complete: boolean,
  isWanted: (operation: Operation) => boolean,
): readonly Operation[] {
  if (changed.size === 0 && gone.size === 0) return read;
  const known = new Set<bigint>();
  const kept: Operation[] = [];
  for (const operation of read) {
    if (known.has(operation.id) || gone.has(operation.id)) continue;
    known.add(operation.id);
    const told = changed.get(operation.id);
    kept.push(told !== undefined && told.modno > operation.modno ? told : operation);
  }
  const oldest = complete ? undefined : read.at(-1);
  const added = [...changed.values()].filter(
    (operation) =>
      !known.has(operation.id) && isWanted(operation) && (oldest === undefined || newestFirst(operation, oldest) < 0),
  );
  return added.length === 0 ? kept : [...kept, ...added].toSorted(newestFirst);
}

export function newestFirst(a: Operation, b: Operation): number {
  if (a.unixTimeStartMs !== b.unixTimeStartMs) return a.unixTimeStartMs > b.unixTimeStartMs ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

export interface Held {
  readonly list: readonly Operation[];
  /** Those that would push what is being read. */
  readonly waiting: readonly Operation[];
}

/** What is shown while somebody reads: what was shown, as it is now, and what comes behind all of it. */
export function held(shown: ReadonlySet<bigint>, now: readonly Operation[]): Held {
  const last = now.findLastIndex(({ id }) => shown.has(id));
  if (last === -1) return { list: now, waiting: [] };
  const waiting = now.slice(0, last).filter(({ id }) => !shown.has(id));
  if (waiting.length === 0) return { list: now, waiting };
  return { list: now.filter(({ id }, n) => n > last || shown.has(id)), waiting };
}
