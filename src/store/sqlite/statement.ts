import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";

/** A prepared statement as the hub uses it: the database is opened so that rows come as arrays and integers as bigint. */
interface TupleStatement<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  iterate(...values: SQLInputValue[]): Iterable<Row>;
  run(...values: SQLInputValue[]): { changes: number | bigint };
}

/**
 * A prepared statement whose rows come as tuples of a stated type: integers as bigint, since ids and modnos use all of
 * their 64 bits.
 */
export class Statement<Row extends readonly SQLOutputValue[] = never> {
  private readonly statement: TupleStatement<Row>;

  constructor(db: DatabaseSync, sql: string) {
    // The type of a row follows from the SQL, which no type knows; this is the one place that says so.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    this.statement = db.prepare(sql) as unknown as TupleStatement<Row>;
  }

  get(...values: SQLInputValue[]): Row | undefined {
    return this.statement.get(...values);
  }

  all(...values: SQLInputValue[]): Row[] {
    return this.statement.all(...values);
  }

  each(...values: SQLInputValue[]): Iterable<Row> {
    return this.statement.iterate(...values);
  }

  /** Runs the statement and returns how many rows it changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.statement.run(...values).changes);
  }
}
