import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { type OperationFilterSchema, OperationKind } from "../../gen/hub/v1/history_pb.js";
import { HubError } from "../errors.js";

/** Which operations are wanted. */
export interface OperationFilters {
  readonly instance?: string;
  readonly plan?: string;
  /** Its id or its guid. */
  readonly repo?: string;
  readonly statuses?: readonly string[];
  readonly kinds?: readonly string[];
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly last: number;
}

const STATUSES: Partial<Record<OperationStatus, string>> = {
  [OperationStatus.STATUS_PENDING]: "pending",
  [OperationStatus.STATUS_INPROGRESS]: "inprogress",
  [OperationStatus.STATUS_SUCCESS]: "success",
  [OperationStatus.STATUS_WARNING]: "warning",
  [OperationStatus.STATUS_ERROR]: "error",
  [OperationStatus.STATUS_SYSTEM_CANCELLED]: "cancelled",
  [OperationStatus.STATUS_USER_CANCELLED]: "cancelled",
};

const STATUS_NUMBERS = Object.values(OperationStatus).filter((value) => typeof value === "number");

const KINDS: Record<NonNullable<Operation["op"]["case"]>, string> = {
  operationBackup: "backup",
  operationIndexSnapshot: "snapshot",
  operationForget: "forget",
  operationPrune: "prune",
  operationRestore: "restore",
  operationStats: "stats",
  operationRunHook: "hook",
  operationCheck: "check",
  operationRunCommand: "command",
};

const KIND_NUMBERS: Readonly<Record<string, OperationKind>> = {
  backup: OperationKind.BACKUP,
  snapshot: OperationKind.INDEX_SNAPSHOT,
  forget: OperationKind.FORGET,
  prune: OperationKind.PRUNE,
  restore: OperationKind.RESTORE,
  stats: OperationKind.STATS,
  hook: OperationKind.RUN_HOOK,
  check: OperationKind.CHECK,
  command: OperationKind.RUN_COMMAND,
};

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** What this process holds at most. */
const MOST = 50_000;

export function statusOf({ status }: Operation): string {
  return STATUSES[status] ?? "unknown";
}

export function kindOf({ op }: Operation): string {
  return op.case === undefined ? "unknown" : KINDS[op.case];
}

/** @throws HubError `invalid_argument` that names the option and what it takes */
export function parseFilters(options: Readonly<Record<string, unknown>>, nowMs: number): OperationFilters {
  const text = (name: string) => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const [instance, plan, repo] = [text("instance"), text("plan"), text("repo")];
  const sinceMs = timeOf("--since", text("since"), nowMs);
  const untilMs = timeOf("--until", text("until"), nowMs);
  if (sinceMs !== undefined && untilMs !== undefined && untilMs <= sinceMs) {
    throw new HubError("invalid_argument", "nothing began since --since and before --until; give a later --until");
  }
  const statuses = namesOf("--status", text("status"), Object.values(STATUSES));
  const kinds = namesOf("--kind", text("kind"), Object.values(KINDS));
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(plan === undefined ? {} : { plan }),
    ...(repo === undefined ? {} : { repo }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    last: countOf(text("last") ?? "20"),
  };
}

/** What the hub is asked for. */
export function hubFilter(filters: OperationFilters): MessageInitShape<typeof OperationFilterSchema> {
  const { instance, plan, repo, statuses = [], kinds = [], sinceMs, untilMs } = filters;
  return {
    instanceIds: listOf(instance),
    planIds: listOf(plan),
    repoIds: listOf(repo),
    kinds: kinds.map((kind) => KIND_NUMBERS[kind] ?? OperationKind.UNSPECIFIED),
    statuses: STATUS_NUMBERS.filter((status) => statuses.includes(STATUSES[status] ?? "")),
    ...(sinceMs === undefined ? {} : { since: timestampFromMs(sinceMs) }),
    ...(untilMs === undefined ? {} : { until: timestampFromMs(untilMs) }),
  };
}

function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

/** Whether an operation that just changed is wanted, by all filters but the number: what is planned, too. */
export function matcherOf(filters: OperationFilters): (operation: Operation) => boolean {
  const { instance, plan, repo, statuses, kinds, sinceMs, untilMs } = filters;
  return (operation) =>
    (instance === undefined || operation.instanceId === instance) &&
    (plan === undefined || operation.planId === plan) &&
    (repo === undefined || operation.repoId === repo || operation.repoGuid === repo) &&
    (statuses === undefined || statuses.includes(statusOf(operation))) &&
    (kinds === undefined || kinds.includes(kindOf(operation))) &&
    (sinceMs === undefined || Number(operation.unixTimeStartMs) >= sinceMs) &&
    (untilMs === undefined || Number(operation.unixTimeStartMs) < untilMs);
}

function namesOf(option: string, text: string | undefined, known: readonly string[]): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new HubError("invalid_argument", `${option} has no "${name}"; there are ${[...new Set(known)].join(", ")}`);
  }
  return names;
}

function timeOf(option: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNITS[unit] ?? 0);
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new HubError(
    "invalid_argument",
    `${option} is "${text}"; give an age such as 30m, 12h or 7d, or a date such as 2026-01-31`,
  );
}

function countOf(last: string): number {
  const count = /^\d+$/.test(last) ? Number(last) : 0;
  if (count >= 1 && count <= MOST) return count;
  throw new HubError("invalid_argument", `--last is "${last}"; give a number from 1 to ${MOST}`);
}
