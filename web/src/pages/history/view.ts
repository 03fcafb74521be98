import { KINDS } from "./kinds.js";
import { RESULT_CHOICES } from "./results.js";
import { TIMES } from "./time-choices.js";

/** What of the history is shown. It stands in the address, so that it can be shared. */
export interface HistoryView {
  readonly machine: string | undefined;
  readonly plan: string | undefined;
  /** An id or a guid. */
  readonly repo: string | undefined;
  /** A kind's value, or "all"; undefined: what is usual. */
  readonly kind: string | undefined;
  readonly result: string | undefined;
  /** A time choice's value, or "days" for those from `from` to `to`. */
  readonly time: string | undefined;
  /** As 2026-11-24, in the reader's zone. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whose detail is open. */
  readonly operation: bigint | undefined;
}

export const ALL_KINDS = "all";
export const DAYS = "days";

/** Nothing is filtered out. */
export const NO_FILTER: Omit<HistoryView, "operation"> = {
  machine: undefined,
  plan: undefined,
  repo: undefined,
  kind: undefined,
  result: undefined,
  time: undefined,
  from: undefined,
  to: undefined,
};

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
/** Ids are int64: a number would lose the last digits. */
const ID = /^[1-9]\d{0,18}$/u;

export function readView(params: URLSearchParams): HistoryView {
  const text = (name: string) => params.get(name) || undefined;
  const known = (name: string, values: readonly string[]) => values.find((value) => value === params.get(name));
  const day = (name: string) => (DAY.test(params.get(name) ?? "") ? text(name) : undefined);
  const from = day("from");
  const to = day("to");
  const id = params.get("operation") ?? "";
  return {
    machine: text("machine"),
    plan: text("plan"),
    repo: text("repo"),
    kind: known("kind", [ALL_KINDS, ...KINDS.map(({ value }) => value)]),
    result: known(
      "result",
      RESULT_CHOICES.map(({ value }) => value),
    ),
    time: from === undefined && to === undefined ? known("time", [DAYS, ...TIMES.map(({ value }) => value)]) : DAYS,
    from,
    to,
    operation: ID.test(id) ? BigInt(id) : undefined,
  };
}

export function writeView(view: HistoryView): URLSearchParams {
  const params = new URLSearchParams();
  const { operation, ...rest } = view;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== "") params.set(name, value);
  }
  if (view.from !== undefined || view.to !== undefined) params.delete("time");
  if (operation !== undefined) params.set("operation", String(operation));
  return params;
}
