import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { dayNumber } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";

export type HistoryRow =
  | { readonly kind: "day"; readonly key: string; readonly atMs: number }
  | { readonly kind: "operation"; readonly key: string; readonly operation: Operation };

/** Days of operations in the reader's own zone: a list is made anew with every change, and asking for them takes long. */
const known = new WeakMap<Operation, number>();

function dayOf(operation: Operation, where: Where): number {
  const before = where === HERE ? known.get(operation) : undefined;
  if (before !== undefined) return before;
  const day = dayNumber(startMs(operation), where);
  if (where === HERE) known.set(operation, day);
  return day;
}

/** Operations under the heads of their days, in the reader's zone. */
export function rowsOf(operations: readonly Operation[], where: Where = HERE): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  let day: number | undefined;
  for (const operation of operations) {
    const atMs = startMs(operation);
    const itsDay = dayOf(operation, where);
    if (itsDay !== day) rows.push({ kind: "day", key: `day ${itsDay}`, atMs });
    day = itsDay;
    rows.push({ kind: "operation", key: String(operation.id), operation });
  }
  return rows;
}

/** No Date holds more, and a machine may send anything. */
const LATEST_MS = 8_640_000_000_000_000;

export function startMs({ unixTimeStartMs }: Pick<Operation, "unixTimeStartMs">): number {
  return Math.max(-LATEST_MS, Math.min(LATEST_MS, Number(unixTimeStartMs)));
}

/** -1 where none of the rows is this operation's. */
export function indexOfOperation(rows: readonly HistoryRow[], id: bigint | undefined): number {
  return id === undefined ? -1 : rows.findIndex((row) => row.kind === "operation" && row.operation.id === id);
}
