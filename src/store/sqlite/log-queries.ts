import type { DatabaseSync } from "node:sqlite";
import { logNames } from "../log-refs.js";
import type { LogQuery, LogRecord, LogStats } from "../logs.js";
import { hasEnded } from "./same-operation.js";
import { Statement } from "./statement.js";

type OperationRow = [
  peerId: bigint,
  originalId: bigint,
  removedAs: bigint,
  status: bigint,
  body: Uint8Array<ArrayBuffer>,
];

/** What was fetched of a log, in a buffer that may be handed over. */
export interface LogContent {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly complete: boolean;
}

/** Answers for logs. */
export class LogQueries {
  private readonly selectOperation: Statement<OperationRow>;
  private readonly selectLog: Statement<[content: Uint8Array<ArrayBuffer>, complete: bigint]>;
  private readonly selectStats: Statement<[kept: bigint, bytes: bigint]>;
  private readonly selectCount: Statement<[bigint]>;

  constructor(db: DatabaseSync) {
    this.selectOperation = new Statement(
      db,
      "SELECT peer_id, original_id, removed_as, status, body FROM operations WHERE id = ?",
    );
    this.selectLog = new Statement(
      db,
      "SELECT content, complete FROM logs WHERE operation_id = ? AND ref = ? AND expires_ms > ?",
    );
    this.selectStats = new Statement(db, "SELECT count(*), coalesce(sum(byte_length), 0) FROM logs");
    this.selectCount = new Statement(db, "SELECT value FROM meta WHERE name = ?");
  }

  /** What was fetched of a log and has not expired. */
  read({ operationId, ref, nowMs }: LogQuery): LogContent | undefined {
    const row = this.selectLog.get(operationId, ref, nowMs);
    return row === undefined ? undefined : { content: row[0], complete: row[1] === 1n };
  }

  /** Nothing when there is no such operation, or it names no such log. */
  describe({ operationId, ref }: LogQuery): Omit<LogRecord, "kept"> | undefined {
    const row = this.selectOperation.get(operationId);
    if (row === undefined) return undefined;
    const [peerId, originalId, removedAs, status, body] = row;
    if (!logNames(body).includes(ref)) return undefined;
    const ended = hasEnded({ status: Number(status) });
    return { operationId, originalId, ref, peerId: Number(peerId), live: removedAs === 0n, ended };
  }

  stats(): LogStats {
    const [kept, bytes] = this.selectStats.get() ?? [0n, 0n];
    return {
      kept: Number(kept),
      bytes,
      expired: this.counted("logs_expired"),
      displaced: this.counted("logs_displaced"),
    };
  }

  private counted(name: string): bigint {
    return this.selectCount.get(name)?.[0] ?? 0n;
  }
}
