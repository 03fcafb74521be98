import type { Migration } from "../migrate.js";

/**
 * A cleared operation is hidden from reads and otherwise lives on as its peer's. Its `group_id` is negative (see
 * cleared-group.ts): no group has such an id, so no read of groups or flows finds it, and none has to pass over it. When
 * it was cleared stands in a table of its own, since a new column would have SQLite read the whole history.
 */
export const clearedOperations: Migration = {
  version: 6,
  sql: `
    CREATE TABLE cleared_operations (
      operation_id INTEGER PRIMARY KEY,
      cleared_ms INTEGER NOT NULL
    ) STRICT;
  `,
};
