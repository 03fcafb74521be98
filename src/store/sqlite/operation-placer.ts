import type { DatabaseSync } from "node:sqlite";
import type { ActivePeer, ActivePeers } from "./active-peers.js";
import { BackupRuns } from "./backup-runs.js";
import { groupIdLike, groupIdOf, isCleared } from "./cleared-group.js";
import type { Columns } from "./columns.js";
import { Flows } from "./flows.js";
import { type Group, Groups } from "./groups.js";
import type { Numbers } from "./numbers.js";
import { type MovedRow, OperationRows, type StoredOperation } from "./operation-rows.js";
import { isSameOperation, isSameOperationAgain } from "./same-operation.js";

/** Where an operation has come to stand. */
export type Placed = { readonly outcome: "unchanged"; readonly id: bigint } | Written;

export interface Written {
  readonly outcome: "created" | "updated";
  readonly id: bigint;
  readonly flowId: bigint;
  readonly change: bigint;
  /** The row that had to make way for it. */
  readonly replaced?: bigint;
  /** True for one that was cleared at the hub, and stays so: nobody is told of it. */
  readonly hidden?: boolean;
  /** Rows that moved into its flow, under the same change number. */
  readonly moved?: readonly MovedRow[];
}

/**
 * Finds the place of an operation among those that are stored: the same again, a newer state, one that was removed and
 * comes back, or a new one under a number that another had.
 *
 * What comes last is taken, whatever its modno says: a seed client's counters go back when its newest row is deleted
 * and it restarts, and the order of a stream is the order of its changes.
 */
export class OperationPlacer {
  readonly rows: OperationRows;
  readonly runs: BackupRuns;
  private readonly groups: Groups;
  private readonly flows: Flows;

  constructor(
    db: DatabaseSync,
    private readonly peers: ActivePeers,
    private readonly numbers: Numbers,
  ) {
    this.rows = new OperationRows(db);
    this.runs = new BackupRuns(db);
    this.groups = new Groups(db);
    this.flows = new Flows(db);
  }

  /** @param askedAt of an answer to a request, the last change before it was sent: what changed since may be newer */
  put(peer: ActivePeer, columns: Columns, body: Uint8Array, atMs: number, askedAt?: bigint): Placed {
    if (columns.originalId > peer.highestOriginalId) return this.create(peer, columns, body);
    const same = this.rows.same(peer.id, columns.originalId, body);
    if (same !== undefined) return { outcome: "unchanged", id: same };
    const live = this.rows.live(peer.id, columns.originalId);
    const overtaken = askedAt === undefined ? undefined : this.newerThan(askedAt, peer, live, columns);
    if (overtaken !== undefined) return { outcome: "unchanged", id: overtaken.id };
    if (live !== undefined && this.isStillIt(live, columns)) return this.update(peer, live, columns, body);
    if (live !== undefined) this.remove(peer, live.id, atMs);
    const replaced = live === undefined ? {} : { replaced: live.id };
    const formers = this.rows.former(peer.id, columns.originalId);
    const former = formers.find((row) =>
      isSameOperationAgain(row, this.groups.byGroupId(groupIdOf(row.groupId)), columns),
    );
    if (former !== undefined) return { ...this.revive(peer, former, columns, body), ...replaced };
    const beginsFlow = formers.length > 0 && columns.originalFlowId === columns.originalId;
    return { ...this.create(peer, columns, body, beginsFlow), ...replaced };
  }

  /** Marks the live row with this number of the peer's as removed and returns its hub id; nothing when there is none. */
  removeOriginal(peer: ActivePeer, originalId: bigint, atMs: number): bigint | undefined {
    if (originalId > peer.highestOriginalId) return undefined;
    const live = this.rows.live(peer.id, originalId);
    if (live !== undefined) this.remove(peer, live.id, atMs);
    return live?.id;
  }

  remove(peer: ActivePeer, id: bigint, atMs: number): void {
    const removed = this.rows.remove(id, atMs, this.numbers.nextChange());
    if (removed === undefined) return;
    this.runs.removed(removed);
    // Of one that was cleared nobody knows any more.
    if (!isCleared(removed.groupId)) this.peers.count(peer, { live: -1, removed: 1 });
  }

  save(): void {
    this.groups.save();
    this.runs.save();
  }

  forget(): void {
    this.groups.forget();
    this.runs.forget();
  }

  /** The row that changed, or was removed, behind the state of it that came: an answer takes longer than a live change. */
  private newerThan(
    askedAt: bigint,
    peer: ActivePeer,
    live: StoredOperation | undefined,
    { originalId, modno }: Columns,
  ) {
    if (live !== undefined) return live.change > askedAt && live.modno > modno ? live : undefined;
    return this.rows.former(peer.id, originalId).find(({ change }) => change > askedAt);
  }

  private isStillIt(live: StoredOperation, columns: Columns): boolean {
    return isSameOperation(live, this.groups.byGroupId(groupIdOf(live.groupId)), columns);
  }

  private create(peer: ActivePeer, columns: Columns, body: Uint8Array, beginsFlow = false): Written {
    const id = this.numbers.nextOperationId();
    const change = this.numbers.nextChange();
    const moved = beginsFlow ? this.beginFlow(peer, columns, id, change) : [];
    const flowId = beginsFlow ? id : this.flows.of(peer.id, columns.originalFlowId, id);
    const groupId = this.groupOf(peer, columns).id;
    this.rows.add(peer.id, { id, flowId, groupId, change }, columns, body);
    this.runs.added(id, groupId, columns, body);
    if (columns.originalId > peer.highestOriginalId) peer.highestOriginalId = columns.originalId;
    this.peers.count(peer, { live: 1 });
    return { outcome: "created", id, flowId, change, moved };
  }

  /**
   * The peer's flow of this number is another one now. Live rows that name it belong to the new one: at the peer no two
   * flows have a number at the same time, and what came before the flow's first operation joined the old one.
   */
  private beginFlow(peer: ActivePeer, { originalFlowId }: Columns, flowId: bigint, change: bigint): MovedRow[] {
    const before = this.flows.begin(peer.id, originalFlowId, flowId);
    if (before === undefined || before === flowId) return [];
    return this.rows.moveFlow(peer.id, originalFlowId, before, flowId, change);
  }

  private update(peer: ActivePeer, stored: StoredOperation, columns: Columns, body: Uint8Array): Written {
    return this.overwrite(peer, stored, stored.flowId, columns, body);
  }

  private revive(peer: ActivePeer, stored: StoredOperation, columns: Columns, body: Uint8Array): Written {
    const placed = this.overwrite(peer, stored, stored.flowId, columns, body);
    const beginsFlow = columns.originalFlowId === columns.originalId;
    const moved = beginsFlow ? this.beginFlow(peer, columns, stored.flowId, placed.change) : [];
    if (placed.hidden !== true) this.peers.count(peer, { live: 1, removed: -1 });
    // Watchers were told that it is gone.
    return { ...placed, outcome: "created", moved };
  }

  private overwrite(
    peer: ActivePeer,
    stored: StoredOperation,
    flowId: bigint,
    columns: Columns,
    body: Uint8Array,
  ): Written {
    const groupId = groupIdLike(stored.groupId, this.groupOf(peer, columns).id);
    const place = { id: stored.id, flowId, groupId, change: this.numbers.nextChange() };
    this.rows.overwrite(stored, place, columns, body);
    this.runs.changed(stored, groupId, columns, body);
    return { outcome: "updated", id: place.id, flowId, change: place.change, hidden: isCleared(groupId) };
  }

  private groupOf(peer: ActivePeer, columns: Columns): Group {
    return this.groups.of(peer.id, columns, columns.startMs);
  }
}
