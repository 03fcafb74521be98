import type { DatabaseSync } from "node:sqlite";
import type { ManifestFrame } from "../store.js";
import { isAltered } from "./numeric-text.js";
import { Statement } from "./statement.js";

/**
 * The newest operations of a manifest that are asked for even though nothing shows that they changed: after a deletion
 * and a restart a Backrest gives their numbers, modnos included, to others, and does that to its planned operations at
 * every start.
 */
const RECHECKED = 64n;

/** Numbers of the peer's own: above `after`, up to and with `upTo`. */
export interface IdRange {
  readonly after: bigint;
  readonly upTo: bigint;
}

/**
 * Compares those of a manifest that may be stored with what is, range by range, in a table of its own that belongs to the
 * connection and outlives transactions.
 */
export class ManifestDiff {
  private readonly insert: Statement;
  private readonly deleteAll: Statement;
  private readonly selectListedAt: Statement<[bigint]>;
  private readonly selectStoredAt: Statement<[bigint]>;
  private readonly selectWanted: Statement<[originalId: bigint]>;
  private readonly selectMissing: Statement<[id: bigint, originalId: bigint, groupId: bigint]>;
  private readonly selectGroups: Statement<[id: bigint, planId: string]>;
  private readonly selectListed: Statement<[bigint]>;

  constructor(db: DatabaseSync) {
    db.exec("CREATE TEMP TABLE manifest (original_id INTEGER PRIMARY KEY, modno INTEGER NOT NULL)");
    this.insert = new Statement(db, "INSERT OR REPLACE INTO manifest VALUES (?, ?)");
    this.deleteAll = new Statement(db, "DELETE FROM manifest");
    this.selectListedAt = new Statement(
      db,
      "SELECT original_id FROM manifest WHERE original_id > ? ORDER BY original_id LIMIT 1 OFFSET ?",
    );
    this.selectStoredAt = new Statement(
      db,
      "SELECT original_id FROM operations WHERE peer_id = ? AND original_id > ? ORDER BY original_id LIMIT 1 OFFSET ?",
    );
    // What came live in this pass with a higher modno is newer than the manifest.
    this.selectWanted = new Statement(
      db,
      `SELECT m.original_id FROM manifest AS m
       LEFT JOIN operations AS o ON o.peer_id = ?1 AND o.original_id = m.original_id AND o.removed_as = 0
       WHERE m.original_id > ?4 AND m.original_id <= ?5
         AND (?3 OR o.id IS NULL
           OR (o.original_modno <> m.modno AND NOT (o.change > ?2 AND o.original_modno > m.modno))
           OR m.original_id > ?6 - ${RECHECKED})
       ORDER BY m.original_id`,
    );
    this.selectMissing = new Statement(
      db,
      `SELECT id, original_id, group_id FROM operations AS o
       WHERE peer_id = ? AND original_id > ? AND original_id <= ? AND removed_as = 0 AND change <= ?
         AND NOT EXISTS (SELECT 1 FROM manifest AS m WHERE m.original_id = o.original_id)
       ORDER BY original_id`,
    );
    this.selectGroups = new Statement(db, "SELECT id, plan_id FROM op_groups WHERE peer_id = ?");
    this.selectListed = new Statement(
      db,
      `SELECT 1 FROM operations AS o JOIN manifest AS m ON m.original_id = o.original_id
       WHERE o.group_id IN (?1, -?1) AND o.removed_as = 0 LIMIT 1`,
    );
  }

  clear(): void {
    this.deleteAll.run();
  }

  add(originalId: bigint, modno: bigint): void {
    this.insert.run(originalId, modno);
  }

  /** The next so many ids of the manifest; up to the largest number there is when fewer are left. */
  listedRange(after: bigint, count: number): IdRange {
    return { after, upTo: this.selectListedAt.get(after, count - 1)?.[0] ?? MAX_INT64 };
  }

  /** The next so many stored operations of the peer; up to the largest number there is when fewer are left. */
  storedRange(peerId: number, after: bigint, count: number): IdRange {
    return { after, upTo: this.selectStoredAt.get(peerId, after, count - 1)?.[0] ?? MAX_INT64 };
  }

  /**
   * The peer's own ids that are to be asked for, ascending.
   * @param begunAt the hub's last change before the pass
   * @param newest the highest number of the manifest
   */
  wanted(
    { peerId, everything }: ManifestFrame,
    begunAt: bigint,
    newest: bigint,
    { after, upTo }: IdRange,
  ): Iterable<[originalId: bigint]> {
    return this.selectWanted.each(peerId, begunAt, everything ? 1n : 0n, after, upTo, newest);
  }

  /** Live rows from before the pass that are not listed, ascending by the peer's own ids. */
  missing(
    peerId: number,
    begunAt: bigint,
    { after, upTo }: IdRange,
  ): [id: bigint, originalId: bigint, group: bigint][] {
    return this.selectMissing.all(peerId, after, upTo, begunAt);
  }

  /**
   * Groups of plans that a Backrest may have left out because of their names: where a host may see single plans only, it
   * looks for their operations under what SQLite makes of the name. It then lists none of such a plan.
   */
  groupsLeftOut(peerId: number): Set<bigint> {
    const byPlan = new Map<string, bigint[]>();
    for (const [id, planId] of this.selectGroups.all(peerId)) {
      if (isAltered(planId)) byPlan.set(planId, [...(byPlan.get(planId) ?? []), id]);
    }
    const leftOut = new Set<bigint>();
    for (const groups of byPlan.values()) {
      if (groups.some((id) => this.selectListed.get(id) !== undefined)) continue;
      for (const id of groups) leftOut.add(id);
    }
    return leftOut;
  }
}

export const MAX_INT64 = 9223372036854775807n;
