import type { Migration } from "../migrate.js";

/** Whether a session of its key has opened since a connection was refused. Of what is kept already nobody knows. */
export const settledRefusals: Migration = {
  version: 12,
  sql: "ALTER TABLE refusals ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;",
};
