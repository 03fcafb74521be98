import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type OperationFilter, OperationKind } from "../../gen/hub/v1/history_pb.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { HubError } from "../errors.js";
import type { HistoryFilter } from "../store/history.js";

const MAX_VALUES = 100;
/** Of a valid `google.protobuf.Timestamp`: the years 1 to 9999. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/**
 * What a filter asks for; none asks for everything.
 * @throws HubError `invalid_argument` that names the field and what it takes
 */
export function filterOf(filter: OperationFilter | undefined): HistoryFilter {
  if (filter === undefined) return { instanceIds: [], planIds: [], repoIds: [], kinds: [], statuses: [] };
  const { instanceIds, planIds, repoIds, kinds, statuses, since, until } = filter;
  const unknown = filter.$unknown?.map(({ no }) => no) ?? [];
  if (unknown.length > 0) {
    throw new HubError(
      "invalid_argument",
      `the filter has a field that this hub does not know (number ${unknown.join(", ")}); leave it out, or update the hub`,
    );
  }
  checkLengths({ instance_ids: instanceIds, plan_ids: planIds, repo_ids: repoIds, kinds, statuses });
  checkMembers("kinds", kinds, OperationKind, [OperationKind.UNSPECIFIED]);
  checkMembers("statuses", statuses, OperationStatus, []);
  return {
    instanceIds,
    planIds,
    repoIds,
    kinds,
    statuses,
    ...(since === undefined ? {} : { sinceMs: wholeMs("since", since) }),
    ...(until === undefined ? {} : { untilMs: wholeMs("until", until) }),
  };
}

function checkLengths(lists: Readonly<Record<string, readonly unknown[]>>): void {
  for (const [name, { length }] of Object.entries(lists)) {
    if (length <= MAX_VALUES) continue;
    throw new HubError(
      "invalid_argument",
      `filter.${name} has ${length} values; give at most ${MAX_VALUES}, or none for all`,
    );
  }
}

/** @param members a generated enum, which has its names by number and its numbers by name */
function checkMembers(
  name: string,
  values: readonly number[],
  members: Readonly<Record<string, string | number>>,
  without: readonly number[],
): void {
  const known = Object.values(members).filter((value) => typeof value === "number" && !without.includes(value));
  const wrong = values.find((value) => !known.includes(value));
  if (wrong === undefined) return;
  throw new HubError(
    "invalid_argument",
    `filter.${name} has ${wrong}, which stands for none; give ${known.join(", ")}, or none for all`,
  );
}

/** In milliseconds, rounded up: operations start at whole ones, and so "from" and "before" stay what they are. */
function wholeMs(name: string, { seconds, nanos }: Timestamp): bigint {
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
    throw new HubError(
      "invalid_argument",
      `filter.${name} is no time between the years 1 and 9999; give one such as 2026-01-31T12:00:00Z`,
    );
  }
  return seconds * 1000n + BigInt(Math.ceil(nanos / 1_000_000));
}
