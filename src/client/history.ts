import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Operation,
  type OperationEvent,
  OperationEventSchema,
  OperationSchema,
  OperationStatus,
} from "../../gen/v1/operations_pb.js";

type OperationInit = Exclude<MessageInitShape<typeof OperationSchema>, Operation>;

/** What an operation must be given; ids, modno, flow, instance and start are filled in where they are missing. */
export type NewOperation = OperationInit & Required<Pick<OperationInit, "repoId" | "repoGuid" | "planId" | "op">>;

/** Told of every change, also of those that nobody else is told of, so that a history can outlive its process. */
export interface HistoryKeeper {
  put(operation: Operation): void;
  gone(ids: readonly bigint[]): void;
}

export interface HistoryOptions {
  readonly instanceId: string;
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly keeper?: HistoryKeeper;
}

/**
 * A Backrest's log of operations, in memory, with its numbers: a new id is the highest so far + 1, every change gets
 * the next modno, and an operation without a flow begins one of its own. Operations are not changed in place.
 */
export class History {
  readonly instanceId: string;
  readonly #now: () => number;
  readonly #keeper: HistoryKeeper | undefined;
  readonly #operations = new Map<bigint, Operation>();
  readonly #listeners = new Set<(event: OperationEvent) => void>();
  #highestId = 0n;
  #highestModno = 0n;

  constructor(options: HistoryOptions) {
    this.instanceId = options.instanceId;
    this.#now = options.now ?? Date.now;
    this.#keeper = options.keeper;
  }

  get size(): number {
    return this.#operations.size;
  }

  get(id: bigint): Operation | undefined {
    return this.#operations.get(id);
  }

  /** By start, as upstream answers. */
  all(): Operation[] {
    return this.since(0n);
  }

  /** What has this modno or a higher one, by start. */
  since(modno: bigint): Operation[] {
    return [...this.#operations.values()].filter((operation) => operation.modno >= modno).toSorted(byStart);
  }

  /** A pending operation, unless a status is given. */
  add(operation: NewOperation): Operation {
    this.#highestId += 1n;
    const id = this.#highestId;
    const added = create(OperationSchema, {
      status: OperationStatus.STATUS_PENDING,
      unixTimeStartMs: BigInt(this.#now()),
      flowId: id,
      instanceId: this.instanceId,
      ...operation,
      id,
      modno: this.#nextModno(),
    });
    this.#put(added);
    this.#tell({ case: "createdOperations", value: { operations: [added] } });
    return added;
  }

  /** An operation that runs from now on. */
  start(operation: NewOperation): Operation {
    return this.add({ status: OperationStatus.STATUS_INPROGRESS, ...operation });
  }

  /** @throws Error when there is no such operation */
  update(id: bigint, change: OperationInit): Operation {
    const updated = this.#change(id, change);
    this.#tell({ case: "updatedOperations", value: { operations: [updated] } });
    return updated;
  }

  /** An operation that ends now. */
  finish(id: bigint, status: OperationStatus = OperationStatus.STATUS_SUCCESS, change: OperationInit = {}): Operation {
    return this.update(id, { status, unixTimeEndMs: BigInt(this.#now()), ...change });
  }

  /** One event for all of them; ids that do not exist are told as well, as upstream does. */
  delete(...ids: bigint[]): void {
    for (const id of ids) this.#operations.delete(id);
    this.#keeper?.gone(ids);
    this.#tell({ case: "deletedOperations", value: { values: ids } });
  }

  /** A change that nobody is told of; a peer sees it when it asks for what has changed. */
  transform(id: bigint, change: OperationInit): Operation {
    return this.#change(id, change);
  }

  /** Operations as they stand in a database, with their own numbers; nobody is told. */
  load(operations: Iterable<Operation>): void {
    for (const operation of operations) this.#operations.set(operation.id, operation);
    this.restart();
  }

  /** What a new process knows: the counters come from the rows, so that the ids of deleted last ones are used again. */
  restart(): void {
    this.#highestId = 0n;
    this.#highestModno = 0n;
    for (const { id, modno } of this.#operations.values()) {
      if (id > this.#highestId) this.#highestId = id;
      if (modno > this.#highestModno) this.#highestModno = modno;
    }
  }

  /** @returns a function that takes the listener away again */
  subscribe(listener: (event: OperationEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #change(id: bigint, change: OperationInit): Operation {
    const before = this.#operations.get(id);
    if (before === undefined) throw new Error(`this history has no operation ${id}`);
    const { $typeName: _name, $unknown: _unknown, ...fields } = before;
    const changed = create(OperationSchema, { ...fields, ...change, id, modno: this.#nextModno() });
    this.#put(changed);
    return changed;
  }

  #put(operation: Operation): void {
    this.#operations.set(operation.id, operation);
    this.#keeper?.put(operation);
  }

  #nextModno(): bigint {
    this.#highestModno += 1n;
    return this.#highestModno;
  }

  #tell(event: NonNullable<MessageInitShape<typeof OperationEventSchema>["event"]>): void {
    if (this.#listeners.size === 0) return;
    const message = create(OperationEventSchema, { event });
    for (const listener of this.#listeners) listener(message);
  }
}

function byStart(a: Operation, b: Operation): number {
  const order = a.unixTimeStartMs - b.unixTimeStartMs || a.id - b.id;
  return order < 0n ? -1 : Number(order > 0n);
}
