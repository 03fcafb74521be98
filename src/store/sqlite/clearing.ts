import type { DatabaseSync } from "node:sqlite";
import { deletedEvent } from "../list-writer.js";
import type { ClearFrame, ClearOutcome } from "../clear.js";
import type { ActivePeers } from "./active-peers.js";
import { IdList } from "./id-list.js";
import type { Numbers } from "./numbers.js";
import { STATUS_ERROR, STATUS_INPROGRESS } from "./statuses.js";
import { Statement } from "./statement.js";
import type { Work } from "./work.js";

/** Hides operations from those who read, see the migration 0006. */
export class Clearing {
  private readonly clear: Statement<[peerId: bigint]>;
  private readonly note: Statement;
  private readonly count: Statement;

  constructor(
    db: DatabaseSync,
    private readonly peers: ActivePeers,
    private readonly numbers: Numbers,
  ) {
    this.clear = new Statement(
      db,
      `UPDATE operations SET group_id = -group_id, change = ?2
       WHERE id = ?1 AND removed_as = 0 AND group_id > 0 AND status > ${STATUS_INPROGRESS}
         AND (NOT ?3 OR status = ${STATUS_ERROR})
       RETURNING peer_id`,
    );
    this.note = new Statement(db, "INSERT OR REPLACE INTO cleared_operations VALUES (?, ?)");
    this.count = new Statement(
      db,
      "UPDATE peer_counts SET live = live - ?2, removed = removed + ?2 WHERE peer_id = ?1",
    );
  }

  /** @param following whether watchers are told */
  run({ ids, onlyFailed, atMs }: ClearFrame, following: boolean, work: Work): ClearOutcome {
    const cleared = new IdList();
    const byPeer = new Map<number, number>();
    for (const id of ids) {
      const [row] = this.clear.all(id, this.numbers.nextChange(), onlyFailed ? 1n : 0n);
      if (row === undefined) continue;
      this.note.run(id, atMs);
      cleared.add(id);
      const peerId = Number(row[0]);
      byPeer.set(peerId, (byPeer.get(peerId) ?? 0) + 1);
    }
    for (const [peerId, more] of byPeer) {
      // What is kept in memory of the peer must not write its older counts over these.
      this.peers.forgetPeer(peerId);
      this.count.run(peerId, more);
    }
    const events = following && cleared.length > 0 ? [work.handOver(deletedEvent(cleared.values()))] : [];
    return { cleared: cleared.length, events };
  }
}
