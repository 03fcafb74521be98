import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { encode } from "./operations.js";

/** One operation of the model: the peer's bytes and the hub's numbers. */
export interface ModelRow {
  readonly id: bigint;
  flowId: bigint;
  change: bigint;
  removed: boolean;
  sent: Operation;
}

export interface ModelOutcome {
  created: number;
  updated: number;
  removed: number;
  unchanged: number;
}

/**
 * What the hub must have of one peer, said in the plainest way: a list of rows, searched from end to end. The peer is
 * alone at its store, so that the hub's counters can be foretold.
 */
export class Model {
  readonly rows: ModelRow[] = [];
  private readonly flows = new Map<bigint, bigint>();
  private lastId = 0n;
  private lastChange = 0n;
  private seen: Set<bigint> | undefined;

  get live(): ModelRow[] {
    return this.rows.filter((row) => !row.removed);
  }

  receive(list: readonly Operation[]): ModelOutcome {
    const outcome = { created: 0, updated: 0, removed: 0, unchanged: 0 };
    const lastOfEach = list.filter((sent, i) => !list.slice(i + 1).some((later) => later.id === sent.id));
    for (const sent of lastOfEach) {
      this.seen?.add(sent.id);
      this.put(sent, outcome);
    }
    return outcome;
  }

  delete(ids: readonly bigint[]): number {
    const gone = this.live.filter((row) => ids.includes(row.sent.id));
    // In the order of the ids, since each takes a change number.
    for (const id of ids) {
      for (const row of gone) if (row.sent.id === id && !row.removed) this.remove(row);
    }
    return gone.length;
  }

  beginPass(): void {
    this.seen = new Set();
  }

  endFullPass(): number {
    const gone = this.live.filter((row) => !this.seen?.has(row.sent.id));
    gone.sort((a, b) => Number(a.sent.id - b.sent.id));
    for (const row of gone) this.remove(row);
    this.seen = undefined;
    return gone.length;
  }

  private put(sent: Operation, outcome: ModelOutcome): void {
    const live = this.live.find((row) => row.sent.id === sent.id);
    if (live !== undefined && isStillIt(live.sent, sent)) {
      if (Buffer.compare(encode(live.sent), encode(sent)) === 0) {
        outcome.unchanged += 1;
        return;
      }
      live.sent = sent;
      live.change = this.nextChange();
      outcome.updated += 1;
      return;
    }
    if (live !== undefined) {
      this.remove(live);
      outcome.removed += 1;
    }
    outcome.created += 1;
    const former = this.rows.filter((row) => row.removed && row.sent.id === sent.id).reverse();
    const same = former.find((row) => isSame(row.sent, sent) && row.sent.repoGuid === sent.repoGuid);
    const isFirst = flowOf(sent) === sent.id;
    if (same !== undefined) {
      same.sent = sent;
      same.change = this.nextChange();
      if (isFirst) this.beginFlow(sent.id, same.flowId, same.change);
      same.removed = false;
      return;
    }
    this.lastId += 1n;
    const id = this.lastId;
    const change = this.nextChange();
    if (isFirst && former.length > 0) this.beginFlow(sent.id, id, change);
    this.rows.push({ id, flowId: this.flow(flowOf(sent), id), change, removed: false, sent });
  }

  private flow(original: bigint, id: bigint): bigint {
    const known = this.flows.get(original);
    if (known !== undefined) return known;
    this.flows.set(original, id);
    return id;
  }

  /** Live rows that name the flow move into the new one. */
  private beginFlow(original: bigint, flowId: bigint, change: bigint): void {
    const before = this.flows.get(original);
    this.flows.set(original, flowId);
    if (before === flowId) return;
    for (const row of this.live) {
      if (row.flowId === before && flowOf(row.sent) === original) Object.assign(row, { flowId, change });
    }
  }

  private remove(row: ModelRow): void {
    row.removed = true;
    row.change = this.nextChange();
  }

  private nextChange(): bigint {
    this.lastChange += 1n;
    return this.lastChange;
  }
}

function flowOf(sent: Operation): bigint {
  return sent.flowId === 0n ? sent.id : sent.flowId;
}

function hasEnded({ status }: Operation): boolean {
  const open = [OperationStatus.STATUS_UNKNOWN, OperationStatus.STATUS_PENDING, OperationStatus.STATUS_INPROGRESS];
  return !open.includes(status);
}

/** One that has not ended may change its start, and nothing else of what makes it. */
function isStillIt(stored: Operation, came: Operation): boolean {
  return isSame(hasEnded(stored) ? stored : { ...stored, unixTimeStartMs: came.unixTimeStartMs }, came);
}

function isSame(stored: Operation, came: Operation): boolean {
  return (
    stored.unixTimeStartMs === came.unixTimeStartMs &&
    stored.op.case === came.op.case &&
    stored.planId === came.planId &&
    flowOf(stored) === flowOf(came)
  );
}
