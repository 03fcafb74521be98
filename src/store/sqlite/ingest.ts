import type { DatabaseSync } from "node:sqlite";
import { isAskableLog, logNames } from "../log-refs.js";
import type { NamedLog } from "../logs.js";
import type { IngestFrame, IngestOutcome } from "../store.js";
import { isWellFormed } from "../well-formed.js";
import type { WireTable } from "../wire-table.js";
import type { ActivePeer, ActivePeers } from "./active-peers.js";
import { Announcement } from "./announcement.js";
import { type Columns, readColumns, refusalOf } from "./columns.js";
import { type EventView, readEvent } from "./event-view.js";
import { KIND_RUN_HOOK } from "./kinds.js";
import type { OperationPlacer, Placed, Written } from "./operation-placer.js";
import { PARENT_SQL } from "./parent-sql.js";
import type { PassNotes, Passes } from "./passes.js";
import { type PoisonItem, PoisonLog } from "./poison-log.js";
import { Statement } from "./statement.js";
import type { Work } from "./work.js";

/** An operation of a message that can be stored. */
interface Arrival {
  readonly columns: Columns;
  readonly body: Uint8Array;
}

/** What one message did, counted while it is carried out. */
interface Tally {
  created: number;
  updated: number;
  removed: number;
  unchanged: number;
}

/** `v1.OperationStatus`. */
const STATUS_ERROR = 4;
/** Logs that one message can ask for. */
const MAX_FAILED_LOGS = 64;

/** Stores messages of operations. */
export class Ingest {
  /** Whether watchers are told. */
  following = false;
  /** Operations looked at since this was last set to 0. */
  operations = 0;
  private readonly poison: PoisonLog;
  private readonly selectParent: Statement<[bigint | null]>;

  constructor(
    db: DatabaseSync,
    private readonly peers: ActivePeers,
    private readonly placer: OperationPlacer,
    private readonly passes: Passes,
    private readonly operationRules: WireTable,
  ) {
    this.poison = new PoisonLog(db);
    this.selectParent = new Statement(db, `SELECT ${PARENT_SQL} FROM operations AS o WHERE o.id = ?`);
  }

  /** Errors: `not_found` when the peer does not exist or was removed. Nothing that a peer sends is an error. */
  store(frame: IngestFrame, work: Work): IngestOutcome {
    const peer = this.peers.get(frame.peerId);
    this.peers.useKey(peer, frame.keyid);
    const announcement = new Announcement(this.following);
    const notes = this.passes.notes(frame, work);
    const poison: PoisonItem[] = [];
    const failed: NamedLog[] = [];
    const tally = { created: 0, updated: 0, removed: 0, unchanged: 0 };
    const event = viewOf(frame.event, poison, notes);
    if (event.kind === "deleted") this.remove(peer, event.originalIds, frame.atMs, tally, announcement);
    if (event.kind === "list") {
      const arrivals = this.arrivalsOf(event.operations, poison, notes);
      for (const arrival of arrivals) {
        const placed = this.put(peer, arrival, frame.atMs, tally, announcement);
        if (frame.wantLogs === true && placed.outcome !== "unchanged") failed.push(...failedLogs(arrival, placed.id));
        notes?.seen(arrival.columns.originalId);
        if (event.updated) notes?.arrived(arrival.columns, placed.id);
      }
      this.operations += event.operations.length;
    }
    this.poison.record(peer.id, poison, frame.atMs);
    if (poison.length > 0) this.peers.count(peer, { poison: poison.length });
    return {
      session: frame.session,
      ...tally,
      poison: poison.length,
      events: announcement.events(work),
      ...(frame.wantLogs === true ? { failedLogs: failed.slice(-MAX_FAILED_LOGS) } : {}),
    };
  }

  /** The operations that can be stored, of those with the same id only the last; the others become poison. */
  private arrivalsOf(
    operations: readonly Uint8Array[],
    poison: PoisonItem[],
    notes: PassNotes | undefined,
  ): Iterable<Arrival> {
    const arrivals = new Map<bigint, Arrival>();
    for (const body of operations) {
      const columns = readColumns(body);
      const reason = isWellFormed(this.operationRules, body) ? refusalOf(columns) : "it is not a well-formed operation";
      if (columns !== undefined && reason === undefined) {
        // A later one takes the place of an earlier one, at the end.
        arrivals.delete(columns.originalId);
        arrivals.set(columns.originalId, { columns, body });
        continue;
      }
      poison.push({ bytes: body, reason: reason ?? "", originalId: columns?.originalId });
      if (columns === undefined) notes?.unreadable();
      else notes?.seen(columns.originalId);
    }
    return arrivals.values();
  }

  private put(peer: ActivePeer, arrival: Arrival, atMs: number, tally: Tally, announcement: Announcement): Placed {
    const { columns, body } = arrival;
    const placed = this.placer.put(peer, columns, body, atMs);
    tally[placed.outcome] += 1;
    if (placed.outcome === "unchanged") return placed;
    if (placed.replaced !== undefined) {
      tally.removed += 1;
      announcement.addDeleted(placed.replaced);
    }
    if (announcement.wanted) this.announce(peer, arrival, placed, announcement);
    return placed;
  }

  private remove(
    peer: ActivePeer,
    originalIds: readonly bigint[],
    atMs: number,
    tally: Tally,
    announcement: Announcement,
  ): void {
    for (const originalId of originalIds) {
      const id = this.placer.removeOriginal(peer, originalId, atMs);
      if (id === undefined) continue;
      tally.removed += 1;
      announcement.addDeleted(id);
    }
    this.operations += originalIds.length;
  }

  private announce(peer: ActivePeer, { columns, body }: Arrival, placed: Written, announcement: Announcement): void {
    const { originalFlowId } = columns;
    const flow = { flowId: placed.flowId, change: placed.change, originalFlowId, keyid: peer.keyBytes };
    const parentId = this.parentOf(placed.id, columns.kind);
    const numbers = { ...flow, id: placed.id, originalId: columns.originalId, parentId };
    if (placed.outcome === "created") announcement.addCreated(body, numbers);
    else announcement.addUpdated(body, numbers);
    for (const [id, originalId, kind, movedBody] of placed.moved ?? []) {
      announcement.addUpdated(movedBody, { ...flow, id, originalId, parentId: this.parentOf(id, Number(kind)) });
    }
  }

  private parentOf(id: bigint, kind: number): bigint | undefined {
    return kind === KIND_RUN_HOOK ? (this.selectParent.get(id)?.[0] ?? 0n) : undefined;
  }
}

function failedLogs({ columns, body }: Arrival, operationId: bigint): NamedLog[] {
  if (columns.status !== STATUS_ERROR) return [];
  const { originalId } = columns;
  return logNames(body)
    .filter(isAskableLog)
    .map((ref) => ({ operationId, originalId, ref }));
}

function viewOf(bytes: Uint8Array, poison: PoisonItem[], notes: PassNotes | undefined): EventView {
  const event = readEvent(bytes);
  if (event !== undefined) return event;
  poison.push({ bytes, reason: "the message does not decode", originalId: undefined });
  notes?.unreadable();
  return { kind: "nothing" };
}
