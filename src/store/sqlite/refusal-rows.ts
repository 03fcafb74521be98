import type { DatabaseSync } from "node:sqlite";
import { REFUSAL_CAUSES, type RefusalCause } from "../../refusal.js";
import type { RefusalChanges, RefusalRecord } from "../refusals.js";
import type { Generation } from "../store.js";
import { Statement } from "./statement.js";

type Row = [
  id: string,
  cause: string,
  address: string,
  generation: Generation | null,
  userAgent: string,
  instanceId: string,
  keyid: string,
  message: string,
  firstMs: bigint,
  lastMs: bigint,
  count: bigint,
  settled: bigint,
];

const COLUMNS =
  "id, cause, address, generation, user_agent, instance_id, keyid, message, first_ms, last_ms, count, settled";

/** Reads the record of refused connections, the longest unseen first. */
export class RefusalRows {
  private readonly select: Statement<Row>;

  constructor(db: DatabaseSync) {
    this.select = new Statement(db, `SELECT ${COLUMNS} FROM refusals ORDER BY last_ms, id`);
  }

  all(): RefusalRecord[] {
    return this.select.all().flatMap((row) => toRecord(row) ?? []);
  }
}

/** Writes it, inside the transaction of the request. */
export class RefusalChangesWriter {
  private readonly put: Statement;
  private readonly remove: Statement;

  constructor(db: DatabaseSync) {
    this.put = new Statement(
      db,
      `INSERT OR REPLACE INTO refusals (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.remove = new Statement(db, "DELETE FROM refusals WHERE id = ?");
  }

  save({ put, removed }: RefusalChanges): void {
    for (const id of removed) this.remove.run(id);
    for (const entry of put) {
      const { id, cause, address, generation = null, userAgent, instanceId, keyid, message } = entry;
      const { firstMs, lastMs, count, settled } = entry;
      this.put.run(
        id,
        cause,
        address,
        generation,
        userAgent,
        instanceId,
        keyid,
        message,
        Math.round(firstMs),
        Math.round(lastMs),
        count,
        Number(settled),
      );
    }
  }
}

/** A cause that only another version of the hub knows is left out: nothing could be said about it. */
function toRecord(row: Row): RefusalRecord | undefined {
  const [id, name, address, generation, userAgent, instanceId, keyid, message, firstMs, lastMs, count] = row;
  const settled = row.at(-1) === 1n;
  const cause = REFUSAL_CAUSES.find((known: RefusalCause) => known === name);
  if (cause === undefined) return undefined;
  return {
    id,
    cause,
    address,
    ...(generation === null ? {} : { generation }),
    userAgent,
    instanceId,
    keyid,
    message,
    firstMs: Number(firstMs),
    lastMs: Number(lastMs),
    count: Number(count),
    settled,
  };
}
