import type { Migration } from "../migrate.js";

/**
 * A cleared operation is hidden from reads and otherwise lives on as its peer's. Its `group_id` is negative (see
 * cleared-group.ts): no group has such an id, so no read of groups or flows finds it, and none has to pass over it.
 */
export const clearedOperations: Migration = {
  version: 6,
  sql: "ALTER TABLE operations ADD COLUMN cleared_ms INTEGER;",
};
