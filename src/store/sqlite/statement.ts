import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

/**
 * A prepared statement whose rows come as tuples of a stated type: integers as bigint, since ids and modnos use all of
 * their 64 bits. The database is opened to read that way.
 */
export class Statement<Row extends readonly SQLOutputValue[] = never> {
  private readonly statement: StatementSync;

  constructor(db: DatabaseSync, sql: string) {
    this.statement = db.prepare(sql);
  }

  get(...values: SQLInputValue[]): Row | undefined {
    return this.statement.get(...values) as unknown as Row | undefined;
  }

  all(...values: SQLInputValue[]): Row[] {
    return this.statement.all(...values) as unknown as Row[];
  }

  each(...values: SQLInputValue[]): Iterable<Row> {
    return this.statement.iterate(...values) as unknown as Iterable<Row>;
  }

  /** Runs the statement and returns how many rows it changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.statement.run(...values).changes);
  }
}
