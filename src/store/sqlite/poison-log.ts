import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** Rows kept of each peer: the newest. */
const MAX_ROWS_PER_PEER = 100;
/** Rows written for one frame; what is beyond it is counted only, so that a flood costs little. */
const MAX_ROWS_PER_FRAME = 16;

/** An operation, or a whole message, that was skipped. */
export interface PoisonItem {
  readonly bytes: Uint8Array;
  readonly reason: string;
  readonly originalId: bigint | undefined;
}

/** What was skipped of one frame: the first items, and how many there were. */
export class PoisonItems {
  readonly kept: PoisonItem[] = [];
  count = 0;

  add(item: PoisonItem): void {
    this.count += 1;
    if (this.kept.length < MAX_ROWS_PER_FRAME) this.kept.push(item);
  }
}

/** Records what was skipped: why, how large and a digest, never the bytes. */
export class PoisonLog {
  private readonly upsert: Statement;
  private readonly trim: Statement;

  constructor(db: DatabaseSync) {
    this.upsert = new Statement(
      db,
      `INSERT INTO poison (peer_id, digest, reason, original_id, byte_length, first_ms, last_ms, times)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1)
       ON CONFLICT (peer_id, digest) DO UPDATE SET last_ms = excluded.last_ms, times = times + 1`,
    );
    this.trim = new Statement(
      db,
      `DELETE FROM poison WHERE peer_id = ?1 AND digest IN (
         SELECT digest FROM poison WHERE peer_id = ?1 ORDER BY last_ms DESC, digest LIMIT -1 OFFSET ${MAX_ROWS_PER_PEER})`,
    );
  }

  record(peerId: number, items: PoisonItems, atMs: number): void {
    if (items.count === 0) return;
    for (const { bytes, reason, originalId } of items.kept) {
      this.upsert.run(peerId, digestOf(bytes), reason, originalId ?? null, bytes.byteLength, atMs);
    }
    this.trim.run(peerId);
  }
}

function digestOf(bytes: Uint8Array): string {
  // Loaded when it is first needed: it would cost the thread 2 MB for something that hardly ever happens.
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}
