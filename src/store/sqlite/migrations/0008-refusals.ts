import type { Migration } from "../migrate.js";

/** Connections that were refused or ended badly; whoever writes here keeps their number bounded. */
export const refusals: Migration = {
  version: 8,
  sql: `
    CREATE TABLE refusals (
      id TEXT PRIMARY KEY,
      cause TEXT NOT NULL,
      address TEXT NOT NULL,
      generation TEXT CHECK (generation IN ('seed', 'current')),
      user_agent TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      keyid TEXT NOT NULL,
      message TEXT NOT NULL,
      first_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL,
      count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
