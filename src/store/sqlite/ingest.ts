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
import { refuseTooMany } from "./frame-limits.js";
import { KIND_RUN_HOOK } from "./kinds.js";
import { lastOfEach } from "./last-of-each.js";
import type { OperationPlacer, Placed, Written } from "./operation-placer.js";
import { PARENT_SQL } from "./parent-sql.js";
import type { PassNotes, Passes } from "./passes.js";
import { PoisonItems, PoisonLog } from "./poison-log.js";
import { Statement } from "./statement.js";
import { STATUS_ERROR } from "./statuses.js";
import type { Work } from "./work.js";

/** An operation of a message that can be stored. */
interface Arrival {
  readonly columns: Columns;
  readonly body: Uint8Array;
}

type ListView = Extract<EventView, { kind: "list" }>;
type DeletedView = Extract<EventView, { kind: "deleted" }>;

/** What one message did, counted while it is carried out. */
interface Tally {
  created: number;
  updated: number;
  removed: number;
  unchanged: number;
}

/** Logs that one message can ask for. */
const MAX_FAILED_LOGS = 64;

/** One message while it is carried out. */
interface Run {
  readonly peer: ActivePeer;
  readonly atMs: number;
  readonly notes: PassNotes | undefined;
  readonly announcement: Announcement;
  readonly poison: PoisonItems;
  readonly tally: Tally;
  /** The logs of operations that failed, where somebody wants to know them: the last ones. */
  readonly failedLogs: NamedLog[] | undefined;
}

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

  /**
   * Nothing that a peer sends is an error but its sheer number. Errors: `not_found` when the peer does not exist or was
   * removed, `resource_exhausted` for more operations or ids than one message may hold.
   */
  store(frame: IngestFrame, work: Work): IngestOutcome {
    const peer = this.peers.get(frame.peerId);
    const event = readEvent(frame.event);
    refuseTooMany(event);
    this.peers.useKey(peer, frame.keyid);
    const notes = this.passes.notes(frame, work);
    const announcement = new Announcement(this.following);
    const failedLogs: NamedLog[] | undefined = frame.wantLogs === true ? [] : undefined;
    const run: Run = {
      peer,
      atMs: frame.atMs,
      notes,
      announcement,
      poison: new PoisonItems(),
      tally: newTally(),
      failedLogs,
    };
    if (event === undefined) skipWhole(frame.event, run);
    else if (event.kind === "deleted") this.remove(event, run);
    else if (event.kind === "list") this.putAll(event, run);
    const { poison, tally } = run;
    this.poison.record(peer.id, poison, frame.atMs);
    if (poison.count > 0) this.peers.count(peer, { poison: poison.count });
    const backupProgress = this.placer.runs.takeProgress();
    work.afterCommit(() => release(frame.event));
    return {
      session: frame.session,
      ...tally,
      poison: poison.count,
      events: announcement.events(work),
      ...(this.placer.runs.takeTouched() ? { backupsChanged: true } : {}),
      ...(backupProgress === undefined ? {} : { backupProgress }),
      ...(failedLogs === undefined ? {} : { failedLogs }),
    };
  }

  /** Stores the operations that can be stored, of those with the same id only the last; the others become poison. */
  private putAll(event: ListView, run: Run): void {
    const { operations, updated } = event;
    const last = event.repeats() ? lastOfEach(operations(), (body) => this.storableId(body)) : undefined;
    let position = 0;
    for (const body of operations()) {
      const columns = readColumns(body);
      const reason = this.refusal(body, columns);
      if (columns === undefined || reason !== undefined) skip(body, reason ?? "", columns, run);
      else if (last === undefined || last.get(columns.originalId) === position) {
        const placed = this.put({ columns, body }, run, updated ? run.notes?.askedAt : undefined);
        if (run.failedLogs !== undefined && placed.outcome !== "unchanged") {
          noteLogs({ columns, body }, placed.id, run.failedLogs);
        }
        run.notes?.seen(columns.originalId);
        if (updated) run.notes?.arrived(columns, placed.id);
      }
      position += 1;
    }
    this.operations += event.count;
  }

  /** Why the operation cannot be stored, nothing when it can. */
  private refusal(body: Uint8Array, columns: Columns | undefined): string | undefined {
    return isWellFormed(this.operationRules, body) ? refusalOf(columns) : "it is not a well-formed operation";
  }

  private storableId(body: Uint8Array): bigint | undefined {
    const columns = readColumns(body);
    return this.refusal(body, columns) === undefined ? columns?.originalId : undefined;
  }

  private put(arrival: Arrival, { peer, atMs, tally, announcement }: Run, askedAt: bigint | undefined): Placed {
    const { columns, body } = arrival;
    const placed = this.placer.put(peer, columns, body, atMs, askedAt);
    tally[placed.outcome] += 1;
    if (placed.outcome === "unchanged") return placed;
    if (placed.replaced !== undefined) {
      tally.removed += 1;
      announcement.addDeleted(placed.replaced);
    }
    if (announcement.wanted && placed.hidden !== true) this.announce(peer, arrival, placed, announcement);
    return placed;
  }

  private remove(event: DeletedView, { peer, atMs, tally, announcement }: Run): void {
    for (const originalId of event.originalIds()) {
      const id = this.placer.removeOriginal(peer, originalId, atMs);
      if (id === undefined) continue;
      tally.removed += 1;
      announcement.addDeleted(id);
    }
    this.operations += event.count;
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

/** Notes the logs of an operation that failed; of too many the last ones count. */
function noteLogs({ columns, body }: Arrival, operationId: bigint, failedLogs: NamedLog[]): void {
  if (columns.status !== STATUS_ERROR) return;
  for (const ref of logNames(body)) {
    if (!isAskableLog(ref)) continue;
    if (failedLogs.length === MAX_FAILED_LOGS) failedLogs.shift();
    failedLogs.push({ operationId, originalId: columns.originalId, ref });
  }
}

/**
 * Frees a message that is stored: the collector of a small heap does not see how much lies outside of it, and tens of
 * megabytes would wait for it. Not sooner, for a transaction that failed is carried out again.
 */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function newTally(): Tally {
  return { created: 0, updated: 0, removed: 0, unchanged: 0 };
}

function skip(bytes: Uint8Array, reason: string, columns: Columns | undefined, { poison, notes }: Run): void {
  poison.add({ bytes, reason, originalId: columns?.originalId });
  if (columns === undefined) notes?.unreadable();
  else notes?.seen(columns.originalId);
}

function skipWhole(bytes: Uint8Array, run: Run): void {
  skip(bytes, "the message does not decode", undefined, run);
}
