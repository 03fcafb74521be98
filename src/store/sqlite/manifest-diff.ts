import type { DatabaseSync } from "node:sqlite";
import type { ManifestFrame } from "../store.js";
import { groupIdOf } from "./cleared-group.js";
import { IdList } from "./id-list.js";
import { isAltered } from "./numeric-text.js";
import type { PassSoFar } from "./passes.js";
import { Statement } from "./statement.js";

/**
 * The newest operations of a manifest that are asked for even though nothing shows that they changed: after a deletion
 * and a restart a Backrest gives their numbers, modnos included, to others, and does that to its planned operations at
 * every start.
 */
const RECHECKED = 64n;

export interface ManifestFindings {
  /** The peer's own ids, ascending. */
  readonly wanted: BigInt64Array<ArrayBuffer>;
  /** Hub ids of rows that are gone at the peer. */
  readonly missing: BigInt64Array;
}

/** Compares manifests with the stored operations, in a table of its own that belongs to the connection. */
export class ManifestDiff {
  private readonly insert: Statement;
  private readonly clear: Statement;
  private readonly selectWanted: Statement<[originalId: bigint]>;
  private readonly selectMissing: Statement<[id: bigint, originalId: bigint, groupId: bigint]>;
  private readonly selectGroups: Statement<[id: bigint, planId: string]>;
  private readonly selectListed: Statement<[bigint]>;

  constructor(db: DatabaseSync) {
    db.exec("CREATE TEMP TABLE manifest (original_id INTEGER PRIMARY KEY, modno INTEGER NOT NULL)");
    this.insert = new Statement(db, "INSERT OR REPLACE INTO manifest VALUES (?, ?)");
    this.clear = new Statement(db, "DELETE FROM manifest");
    // What came live in this pass with a higher modno is newer than the manifest.
    this.selectWanted = new Statement(
      db,
      `SELECT m.original_id FROM manifest AS m
       LEFT JOIN operations AS o ON o.peer_id = ?1 AND o.original_id = m.original_id AND o.removed_as = 0
       WHERE ?3 OR o.id IS NULL
         OR (o.original_modno <> m.modno AND NOT (o.change > ?2 AND o.original_modno > m.modno))
         OR m.original_id > (SELECT coalesce(max(original_id), 0) FROM manifest) - ${RECHECKED}
       ORDER BY m.original_id`,
    );
    this.selectMissing = new Statement(
      db,
      `SELECT id, original_id, group_id FROM operations AS o
       WHERE peer_id = ? AND removed_as = 0 AND change <= ?
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

  /** @param soFar nothing when it is not known what came; then nothing is missing */
  compare(
    peerId: number,
    { opIds, modnos, everything }: ManifestFrame,
    soFar: PassSoFar | undefined,
  ): ManifestFindings {
    this.clear.run();
    opIds.forEach((id, at) => this.insert.run(id, modnos[at] ?? 0n));
    const wanted = new IdList();
    const begunAt = soFar?.begunAt ?? MAX_INT64;
    for (const [originalId] of this.selectWanted.each(peerId, begunAt, everything ? 1n : 0n)) wanted.add(originalId);
    const missing = soFar?.came === undefined ? new IdList() : this.missing(peerId, soFar.begunAt, soFar.came);
    this.clear.run();
    return { wanted: wanted.values().slice(), missing: missing.values() };
  }

  private missing(peerId: number, begunAt: bigint, came: BigInt64Array): IdList {
    const missing = new IdList();
    const kept = this.groupsLeftOut(peerId);
    let next = 0;
    for (const [id, originalId, groupId] of this.selectMissing.each(peerId, begunAt)) {
      while (next < came.length && (came[next] ?? 0n) < originalId) next += 1;
      if (came[next] !== originalId && !kept.has(groupIdOf(groupId))) missing.add(id);
    }
    return missing;
  }

  /**
   * Groups of plans that a Backrest may have left out because of their names: where a host may see single plans only, it
   * looks for their operations under what SQLite makes of the name. It then lists none of such a plan.
   */
  private groupsLeftOut(peerId: number): Set<bigint> {
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

const MAX_INT64 = 9223372036854775807n;
