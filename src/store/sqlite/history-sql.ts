import type { HistoryFilter } from "../history.js";
import type { Entry } from "./newest-first.js";
import { STATUS_PENDING, STATUS_SUCCESS } from "./statuses.js";

/** The lists of a filter as JSON, null where there is none. */
export type FilterValues = [
  instances: string | null,
  plans: string | null,
  repos: string | null,
  kinds: string | null,
  statuses: string | null,
];

const MIN_INT64 = -(2n ** 63n);

/** Whether a group `g` has what the filter names; with {@link FilterValues} as the first five parameters. */
export const GROUP_FITS = `
  (?1 IS NULL OR g.peer_id IN (
    SELECT p.id FROM peers AS p WHERE p.instance_id IN (SELECT value FROM json_each(?1))))
  AND (?2 IS NULL OR g.plan_id IN (SELECT value FROM json_each(?2)))
  AND (?3 IS NULL OR g.repo_id IN (SELECT value FROM json_each(?3))
    OR (g.repo_guid <> '' AND g.repo_guid IN (SELECT value FROM json_each(?3))))`;

/** Whether a row's `kind` and `status` fit. What is planned has not happened, and is there for who names it. */
export const ROW_FITS = `
  (?4 IS NULL OR kind IN (SELECT value FROM json_each(?4)))
  AND CASE WHEN ?5 IS NULL THEN status <> ${STATUS_PENDING} ELSE status IN (SELECT value FROM json_each(?5)) END`;

/** The kinds that are rare in every history: prune, restore, stats, check, command. */
const RARE_KINDS = [103, 104, 105, 107, 108];
/** What the index of notable operations holds; SQLite uses it only for these very words. */
export const NOTABLE = "removed_as = 0 AND (status <> 3 OR (kind > 102 AND kind <> 106))";

/** Whether all that fits is notable. */
export function asksForNotable({ kinds, statuses }: HistoryFilter): boolean {
  const rareKinds = kinds.length > 0 && kinds.every((kind) => RARE_KINDS.includes(kind));
  return rareKinds || (statuses.length > 0 && !statuses.includes(STATUS_SUCCESS));
}

export function filterValues({ instanceIds, planIds, repoIds, kinds, statuses }: HistoryFilter): FilterValues {
  return [listOrNull(instanceIds), listOrNull(planIds), listOrNull(repoIds), listOrNull(kinds), listOrNull(statuses)];
}

/** Where reading begins, and the start below which it ends. */
export function rangeOf(filter: HistoryFilter, after: Entry): { from: Entry; sinceMs: bigint } {
  const { sinceMs = MIN_INT64, untilMs } = filter;
  // Ids are positive: of what starts at this very time nothing comes behind this place.
  const from: Entry = untilMs === undefined || after[0] < untilMs ? after : [untilMs, 0n];
  return { from, sinceMs };
}

function listOrNull(values: readonly (string | number)[]): string | null {
  return values.length === 0 ? null : JSON.stringify(values);
}
