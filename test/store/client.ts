import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { operation } from "./operations.js";
import type { Random } from "../support/random.js";

/**
 * A Backrest instance with a history that changes at random as real ones do: pending rows that begin to run, running
 * ones that end, deletions, restarts after which the highest ids and modnos are given out again, and databases that are put back.
 */
export class RandomClient {
  rows = new Map<bigint, Operation>();
  private backup: Map<bigint, Operation> | undefined;
  private lastId = 0n;
  private lastModno = 0n;
  private clock = 1000n;

  constructor(private readonly random: Random) {}

  /** A new operation, sometimes in the flow of an older one. */
  create(): Operation {
    const { random } = this;
    this.lastId += 1n;
    const flows = [...this.rows.values()].map((row) => row.flowId);
    const row = operation({
      id: this.lastId,
      modno: this.nextModno(),
      flowId: random.chance(0.5) ? (random.pick(flows) ?? this.lastId) : random.chance(0.1) ? 0n : this.lastId,
      unixTimeStartMs: this.nextTime(),
      planId: random.pick(["home", "photos"]) ?? "",
      repoGuid: random.pick(["guid-a", "guid-b"]) ?? "",
      status: random.chance(0.5) ? OperationStatus.STATUS_PENDING : OperationStatus.STATUS_SUCCESS,
      op: random.chance(0.3) ? { case: "operationPrune", value: {} } : { case: "operationBackup", value: {} },
    });
    this.rows.set(row.id, row);
    return row;
  }

  /** Another state of an operation; one that is pending begins to run, which moves its start. */
  change(): Operation | undefined {
    const old = this.random.pick([...this.rows.values()]);
    if (old === undefined) return undefined;
    const begins = old.status === OperationStatus.STATUS_PENDING;
    const row = operation({
      ...old,
      modno: this.nextModno(),
      unixTimeStartMs: begins ? this.nextTime() : old.unixTimeStartMs,
      status: begins ? OperationStatus.STATUS_INPROGRESS : OperationStatus.STATUS_SUCCESS,
      displayMessage: `state ${this.lastModno}`,
    });
    this.rows.set(row.id, row);
    return row;
  }

  delete(): bigint | undefined {
    const id = this.random.chance(0.5) ? this.lastId : this.random.pick([...this.rows.keys()]);
    if (id !== undefined) this.rows.delete(id);
    return id;
  }

  /** The counters are read back from what is left. */
  restart(): void {
    this.lastId = [...this.rows.keys()].reduce((highest, id) => (id > highest ? id : highest), 0n);
    this.lastModno = [...this.rows.values()].reduce((highest, { modno }) => (modno > highest ? modno : highest), 0n);
  }

  /** Keeps a copy of the database, or goes back to the one that was kept. */
  backUpOrRestore(): void {
    const { backup } = this;
    this.backup = backup === undefined ? new Map(this.rows) : undefined;
    if (backup === undefined) return;
    this.rows = backup;
    this.restart();
  }

  /** A new database: every number begins again. */
  reset(): void {
    this.rows.clear();
    this.restart();
  }

  private nextModno(): bigint {
    this.lastModno += 1n;
    return this.lastModno;
  }

  private nextTime(): bigint {
    this.clock += 1n;
    return this.clock;
  }
}
