import type { Migration } from "../migrate.js";

/**
 * What people look for in a long history is rare in it: what failed, what runs, what is planned, and the kinds that come
 * once a week (prune, restore, stats, check, command). The index holds these alone, so that most of what is stored costs
 * it nothing, and has all that filters ask for, so that no row is read to be passed over. Its condition is asked of every
 * row that is written: a list of kinds would be made into a table each time.
 */
export const notableOperations: Migration = {
  version: 10,
  sql: `
    CREATE INDEX operations_notable ON operations (start_ms, id, group_id, status, kind)
      WHERE removed_as = 0 AND (status <> 3 OR (kind > 102 AND kind <> 106));
  `,
};
