import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { create } from "@bufbuild/protobuf";
import { type OperationFilter, OperationFilterSchema } from "../../../../gen/hub/v1/history_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { kindOf, KINDS } from "./kinds.js";
import { RESULT_CHOICES } from "./results.js";
import { dayStart, TIMES } from "./time-choices.js";
import { ALL_KINDS, DAYS, type HistoryView } from "./view.js";

/** What the hub is asked for. `nowMs` says what "the last 7 days" are. */
export function filterOf(view: HistoryView, nowMs: number): OperationFilter {
  const { machine, plan, repo } = view;
  const { sinceMs, untilMs } = bounds(view, nowMs);
  const result = RESULT_CHOICES.find(({ value }) => value === view.result);
  return create(OperationFilterSchema, {
    instanceIds: machine === undefined ? [] : [machine],
    planIds: plan === undefined ? [] : [plan],
    repoIds: repo === undefined ? [] : [repo],
    kinds: kindsOf(view),
    statuses: [...(result?.statuses ?? [])],
    ...(sinceMs === undefined ? {} : { since: timestampFromMs(sinceMs) }),
    ...(untilMs === undefined ? {} : { until: timestampFromMs(untilMs) }),
  });
}

/**
 * Hooks and snapshots come beside a backup, which says more, so they are left out until somebody asks for them; but who
 * looks for trouble is shown that of hooks, too.
 */
export function showsAllKinds({ kind, result }: Pick<HistoryView, "kind" | "result">): boolean {
  if (kind !== undefined) return kind === ALL_KINDS;
  return RESULT_CHOICES.some(({ value, trouble }) => value === result && trouble);
}

function kindsOf(view: HistoryView) {
  if (showsAllKinds(view)) return [];
  return KINDS.filter(({ value, beside }) => (view.kind === undefined ? !beside : value === view.kind)).map(
    ({ kind }) => kind,
  );
}

function bounds({ time, from, to }: HistoryView, nowMs: number) {
  if (time === DAYS) {
    return {
      sinceMs: from === undefined ? undefined : dayStart(from),
      untilMs: to === undefined ? undefined : dayStart(to, 1),
    };
  }
  const choice = TIMES.find(({ value }) => value === time);
  return { sinceMs: choice === undefined ? undefined : nowMs - choice.ms, untilMs: undefined };
}

/** Whether an operation is among what the hub would answer: for those that it tells live. */
export function fits(operation: Operation, filter: OperationFilter, machine: string): boolean {
  const { instanceIds, planIds, repoIds, kinds, statuses, since, until } = filter;
  const startMs = Number(operation.unixTimeStartMs);
  const kind = kindOf(operation)?.kind;
  return (
    (instanceIds.length === 0 || instanceIds.includes(machine)) &&
    (planIds.length === 0 || planIds.includes(operation.planId)) &&
    (repoIds.length === 0 || repoIds.includes(operation.repoId) || repoIds.includes(operation.repoGuid)) &&
    (kinds.length === 0 || (kind !== undefined && kinds.includes(kind))) &&
    (statuses.length === 0
      ? operation.status !== OperationStatus.STATUS_PENDING
      : statuses.includes(operation.status)) &&
    (since === undefined || startMs >= timestampMs(since)) &&
    (until === undefined || startMs < timestampMs(until))
  );
}
