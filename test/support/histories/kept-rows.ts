import { DatabaseSync } from "node:sqlite";
import { expect } from "@jest/globals";
import type { TestHub } from "../test-hub.js";

/** Watches that the hub keeps every operation that it ever had, whatever its peers delete, hide or lose. */
export class KeptRows {
  #before = new Map<string, number>();

  /** Looks at the database beside the hub, or after it. */
  expectNoneLost({ directory }: TestHub): void {
    const db = new DatabaseSync(directory.paths.database, { readOnly: true });
    try {
      const rows = db
        .prepare(
          "SELECT instance_id AS peer, count(*) AS kept FROM operations JOIN peers ON peers.id = peer_id GROUP BY 1",
        )
        .all();
      const now = new Map(rows.map(({ peer, kept }) => [String(peer), Number(kept)]));
      const lost = [...this.#before].filter(([peer, kept]) => (now.get(peer) ?? 0) < kept);
      expect(lost).toEqual([]);
      this.#before = now;
    } finally {
      db.close();
    }
  }
}
