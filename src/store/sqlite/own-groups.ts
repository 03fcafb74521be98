import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** Operations of one plan and repo that their peer says are its own. */
export interface OwnGroup {
  readonly id: bigint;
  readonly peerId: number;
  readonly planId: string;
  readonly repoId: string;
  readonly newestMs: bigint;
}

type Row = [id: bigint, peerId: bigint, planId: string, repoId: string, newestMs: bigint];

const SELECT = `
  SELECT op_groups.id, peer_id, plan_id, repo_id, newest_ms
  FROM peers JOIN op_groups ON op_groups.peer_id = peers.id AND op_groups.instance_id = peers.instance_id
  WHERE removed_ms IS NULL`;

/**
 * Finds the groups that count for a peer's verdicts. Machines that share a repo send each other's operations, too; those
 * say nothing of the one that sends them.
 */
export class OwnGroups {
  readonly #all: Statement<Row>;
  readonly #ofPeer: Statement<Row>;

  constructor(db: DatabaseSync) {
    this.#all = new Statement(db, SELECT);
    this.#ofPeer = new Statement(db, `${SELECT} AND peers.id = ?`);
  }

  /** Those of one plan together, of all peers that are not removed where none are named. */
  byPlan(peerIds: readonly number[] | undefined): Iterable<OwnGroup[]> {
    const rows = peerIds === undefined ? this.#all.all() : peerIds.flatMap((id) => this.#ofPeer.all(id));
    return Map.groupBy(rows.map(toGroup), ({ peerId, planId }) => `${peerId}/${planId}`).values();
  }
}

function toGroup([id, peerId, planId, repoId, newestMs]: Row): OwnGroup {
  return { id, peerId: Number(peerId), planId, repoId, newestMs };
}
