import type { Migration } from "../migrate.js";

/** Who had a session when the hub stopped: those are on their way back when it starts. NULL where nobody has told. */
export const peersInSession: Migration = {
  version: 11,
  sql: "ALTER TABLE peers ADD COLUMN in_session INTEGER;",
};
