import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** Which flow of the hub stands for a flow of a peer. */
export class Flows {
  private readonly select: Statement<[bigint]>;
  private readonly upsert: Statement;

  constructor(db: DatabaseSync) {
    this.select = new Statement(db, "SELECT flow_id FROM flows WHERE peer_id = ? AND original_flow_id = ?");
    this.upsert = new Statement(
      db,
      `INSERT INTO flows (peer_id, original_flow_id, flow_id) VALUES (?, ?, ?)
       ON CONFLICT (peer_id, original_flow_id) DO UPDATE SET flow_id = excluded.flow_id`,
    );
  }

  /** The hub's flow; one that is not known yet begins with the operation `id`, which lends it its number. */
  of(peerId: number, originalFlowId: bigint, id: bigint): bigint {
    const row = this.select.get(peerId, originalFlowId);
    if (row !== undefined) return row[0];
    this.begin(peerId, originalFlowId, id);
    return id;
  }

  /** From now on the peer's flow is this one of the hub's. Returns the one that stood for it before. */
  begin(peerId: number, originalFlowId: bigint, flowId: bigint): bigint | undefined {
    const before = this.select.get(peerId, originalFlowId)?.[0];
    this.upsert.run(peerId, originalFlowId, flowId);
    return before;
  }
}
