import type { Migration } from "../migrate.js";

/** Which machines paired with a token: their instance ids as a JSON list, the newest first. Whoever writes bounds it. */
export const tokenUsers: Migration = {
  version: 9,
  sql: "ALTER TABLE pairing_tokens ADD COLUMN used_by TEXT NOT NULL DEFAULT '[]';",
};
