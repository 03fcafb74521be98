import type { DatabaseSync } from "node:sqlite";
import { LOG_COUNTED_MIN_BYTES, type NewLog, PEER_LOGS_MAX_BYTES } from "../logs.js";
import { Statement } from "./statement.js";

/** Keeps logs: one for each operation and name, bounded for each peer, until they expire. */
export class LogRows {
  private readonly selectOne: Statement<[complete: bigint, byteLength: bigint]>;
  private readonly deleteOne: Statement;
  private readonly insert: Statement;
  private readonly sizes: Statement<[id: bigint, counted: bigint]>;
  private readonly deleteOldest: Statement;
  private readonly deleteExpired: Statement;
  private readonly count: Statement;

  constructor(db: DatabaseSync) {
    this.selectOne = new Statement(db, "SELECT complete, byte_length FROM logs WHERE operation_id = ? AND ref = ?");
    this.deleteOne = new Statement(db, "DELETE FROM logs WHERE operation_id = ? AND ref = ?");
    this.insert = new Statement(
      db,
      `INSERT INTO logs (peer_id, operation_id, ref, complete, fetched_ms, expires_ms, byte_length, content)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.sizes = new Statement(
      db,
      `SELECT id, max(byte_length, ${LOG_COUNTED_MIN_BYTES}) FROM logs WHERE peer_id = ? ORDER BY id DESC`,
    );
    this.deleteOldest = new Statement(db, "DELETE FROM logs WHERE peer_id = ? AND id <= ?");
    this.deleteExpired = new Statement(db, "DELETE FROM logs WHERE expires_ms <= ?");
    this.count = new Statement(db, "UPDATE meta SET value = value + ? WHERE name = ?");
  }

  save(log: NewLog): void {
    const stored = this.selectOne.get(log.operationId, log.ref);
    if (stored !== undefined && !log.complete) {
      const [complete, byteLength] = stored;
      if (complete === 1n || byteLength > BigInt(log.content.byteLength)) return;
    }
    this.deleteOne.run(log.operationId, log.ref);
    this.makeRoom(log);
    this.insert.run(
      log.peerId,
      log.operationId,
      log.ref,
      Number(log.complete),
      log.atMs,
      log.expiresMs,
      log.content.byteLength,
      log.content,
    );
  }

  /** Deletes what has expired and returns how many logs that were. */
  removeExpired(nowMs: number): number {
    const removed = this.deleteExpired.run(nowMs);
    if (removed > 0) this.count.run(removed, "logs_expired");
    return removed;
  }

  /** From the newest back, what does not fit beside the one that comes is deleted. */
  private makeRoom({ peerId, content }: NewLog): void {
    let bytes = Math.max(content.byteLength, LOG_COUNTED_MIN_BYTES);
    let newestToGo: bigint | undefined;
    for (const [id, counted] of this.sizes.each(peerId)) {
      bytes += Number(counted);
      if (bytes <= PEER_LOGS_MAX_BYTES) continue;
      newestToGo = id;
      break;
    }
    if (newestToGo === undefined) return;
    this.count.run(this.deleteOldest.run(peerId, newestToGo), "logs_displaced");
  }
}
