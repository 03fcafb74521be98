import type { DatabaseSync } from "node:sqlite";
import type { HealthSettings } from "../fleet.js";
import { Statement } from "./statement.js";

type Row = [
  peerId: bigint,
  notAlwaysOn: bigint,
  graceMs: bigint | null,
  limitMs: bigint | null,
  snoozedUntilMs: bigint | null,
  ignored: bigint,
];

/** What the operator said of the health of machines. */
export class HealthRows {
  readonly #select: Statement<Row>;
  readonly #save: Statement;

  constructor(db: DatabaseSync) {
    this.#select = new Statement(
      db,
      "SELECT peer_id, not_always_on, grace_ms, limit_ms, snoozed_until_ms, ignored FROM peer_health",
    );
    this.#save = new Statement(
      db,
      `INSERT OR REPLACE INTO peer_health (peer_id, not_always_on, grace_ms, limit_ms, snoozed_until_ms, ignored)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
  }

  all(): Map<number, HealthSettings> {
    return new Map(this.#select.all().map((row) => [Number(row[0]), toSettings(row)]));
  }

  save(peerId: number, { notAlwaysOn, graceMs, limitMs, snoozedUntilMs, ignored }: HealthSettings): void {
    const times = [graceMs ?? null, limitMs ?? null, snoozedUntilMs ?? null];
    this.#save.run(peerId, Number(notAlwaysOn), ...times, Number(ignored));
  }
}

function toSettings([, notAlwaysOn, graceMs, limitMs, snoozedUntilMs, ignored]: Row): HealthSettings {
  return {
    notAlwaysOn: notAlwaysOn === 1n,
    ...(graceMs === null ? {} : { graceMs: Number(graceMs) }),
    ...(limitMs === null ? {} : { limitMs: Number(limitMs) }),
    ...(snoozedUntilMs === null ? {} : { snoozedUntilMs: Number(snoozedUntilMs) }),
    ignored: ignored === 1n,
  };
}
