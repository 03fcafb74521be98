import type { DatabaseSync } from "node:sqlite";
import type { Transferable } from "node:worker_threads";
import { type FaultMessage, SQLITE_BUSY, StoreFault, faultMessage, isEnvironmental, sqliteCode } from "./fault.js";
import type { Reply, WriterCalls, WriterRequest } from "./messages.js";
import { Statement } from "./statement.js";
import { Work } from "./work.js";

/** How much one commit takes together at most. */
const MAX_JOINED_OPERATIONS = 4096;
const MAX_JOINED_MS = 10;
/** How long another program's lock may keep everybody waiting. */
const MAX_BLOCKED_MS = 90_000;

/** Requests that may share a commit with their neighbours; the others have a transaction to themselves. */
const JOINABLE: ReadonlySet<keyof WriterCalls> = new Set([
  "ingest",
  "abandonPass",
  "savePeerFacts",
  "saveLog",
  "probe",
  "followEvents",
  "noteTokenUse",
  "addAuditRefusals",
]);
/** Requests that no peer can send again: a power cut after the answer must not take them back. */
const DURABLE: ReadonlySet<keyof WriterCalls> = new Set([
  "addPeer",
  "addPeerKey",
  "removePeer",
  "addPairingToken",
  "revokePairingToken",
  "pair",
  "clearOperations",
  "addUser",
  "removeUser",
  "setUserRole",
  "setUserPassword",
  "addAccessToken",
  "revokeAccessToken",
  "endSession",
  "saveSessionKey",
  "addAuditEntry",
  "putSharedRepo",
  "removeSharedRepo",
  "setPeerGrants",
  "setHostGrants",
  "addPush",
  "changePush",
  "saveHealthSettings",
]);

/** The answer of a target that has carried out a piece of a request: the rest comes behind what waits by then. */
export const UNFINISHED = Symbol("unfinished");

/** What stands behind the queue: it carries a request out inside the transaction that the queue holds. */
export interface WriteTarget {
  /**
   * Throws a StoreFault only before its first write: the queue then goes on with the same transaction. Only a request
   * that has a transaction to itself may be {@link UNFINISHED}; each of its pieces is committed.
   */
  handle(request: WriterRequest, work: Work): unknown;
  /** Operations written since the last commit. */
  readonly pendingOperations: number;
  /** Writes what is kept in memory during a transaction; the commit follows. */
  beforeCommit(): void;
  /** Forgets everything that a transaction may have left in memory. */
  rolledBack(): void;
  /** A request was rejected. Nothing of it is stored, or else the answer says which of its pieces are. */
  rejected(request: WriterRequest, fault: FaultMessage): unknown;
}

/**
 * Carries requests out in order, as many as are waiting in one commit, and answers behind the commit. Each request is
 * atomic on its own: when one fails, the commit is rolled back and each of its requests gets a transaction of its own,
 * so that only the one that fails is rejected.
 */
export class WriteQueue {
  private queue: WriterRequest[] = [];
  private scheduled = false;
  /** Carried out in part in the present turn. */
  private unfinished: WriterRequest | undefined;
  /** Since when another program's lock keeps every transaction from beginning. */
  private blockedSince: number | undefined;
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly rollback: Statement;

  constructor(
    private readonly db: DatabaseSync,
    private readonly target: WriteTarget,
    private readonly reply: (replies: Reply[], transfers: Transferable[]) => void,
  ) {
    this.begin = new Statement(db, "BEGIN IMMEDIATE");
    this.commit = new Statement(db, "COMMIT");
    this.rollback = new Statement(db, "ROLLBACK");
  }

  push(request: WriterRequest): void {
    this.queue.push(request);
    this.schedule();
  }

  /** Carries out everything that waits, now. */
  drain(): void {
    while (this.queue.length > 0) this.runNext();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Behind the messages that are already there, so that they share the commit.
    setImmediate(() => {
      this.scheduled = false;
      this.runNext();
      if (this.queue.length > 0) this.schedule();
    });
  }

  private runNext(): void {
    if (this.queue.length === 0) return;
    const count = this.tryToBegin() ? this.runTogether() : 0;
    this.queue = this.queue.slice(count);
    if (this.unfinished !== undefined) this.queue.push(this.unfinished);
    this.unfinished = undefined;
  }

  /** Opens the transaction. Another program's lock is waited for; only when it lasts, what waits is rejected. */
  private tryToBegin(): boolean {
    try {
      this.start(this.queue[0]);
      this.blockedSince = undefined;
      return true;
    } catch (error) {
      this.undo();
      const now = performance.now();
      this.blockedSince ??= now;
      if (sqliteCode(error) === SQLITE_BUSY && now - this.blockedSince < MAX_BLOCKED_MS) return false;
      this.reject(this.queue, error);
      this.queue = [];
      return false;
    }
  }

  /** One commit with the first requests of the queue, its transaction is open; returns how many it took. */
  private runTogether(): number {
    const { queue, target } = this;
    const replies: Reply[] = [];
    const works: Work[] = [];
    const started = performance.now();
    let count = 0;
    try {
      do {
        const request = queue[count++];
        if (request === undefined) break;
        const work = new Work();
        replies.push(...this.attempt(request, work));
        works.push(work);
      } while (
        canJoin(queue[count - 1], queue[count]) &&
        target.pendingOperations < MAX_JOINED_OPERATIONS &&
        performance.now() - started < MAX_JOINED_MS
      );
      this.finish(queue[0]);
    } catch (error) {
      this.undo();
      this.rejectOrRepeat(queue.slice(0, count), error);
      return count;
    }
    this.answer(replies, works);
    return count;
  }

  /** No reply to what is unfinished. */
  private attempt(request: WriterRequest, work: Work): Reply[] {
    try {
      const output = this.target.handle(request, work);
      if (output !== UNFINISHED) return [{ id: request.id, output }];
      this.unfinished = request;
      return [];
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      return [this.refusal(request, faultMessage(error))];
    }
  }

  private rejectOrRepeat(requests: readonly WriterRequest[], error: unknown): void {
    if (requests.length <= 1 || isEnvironmental(error)) this.reject(requests, error);
    else for (const request of requests) this.runAlone(request);
  }

  private reject(requests: readonly WriterRequest[], error: unknown): void {
    const fault = faultMessage(error);
    const replies = requests.map((request) => this.refusal(request, fault));
    this.reply(replies, []);
  }

  private refusal(request: WriterRequest, fault: FaultMessage): Reply {
    const output = this.target.rejected(request, fault);
    return output === undefined ? { id: request.id, fault } : { id: request.id, output };
  }

  private runAlone(request: WriterRequest): void {
    const work = new Work();
    let replies: Reply[];
    try {
      this.start(request);
      replies = this.attempt(request, work);
      this.finish(request);
    } catch (error) {
      this.undo();
      this.reject([request], error);
      return;
    }
    this.answer(replies, [work]);
  }

  private start(first: WriterRequest | undefined): void {
    if (first !== undefined && DURABLE.has(first.call)) this.db.exec("PRAGMA synchronous = FULL");
    this.begin.run();
  }

  private finish(first: WriterRequest | undefined): void {
    this.target.beforeCommit();
    this.commit.run();
    if (first !== undefined && DURABLE.has(first.call)) this.db.exec("PRAGMA synchronous = NORMAL");
  }

  private undo(): void {
    this.unfinished = undefined;
    // Some errors (a full disk) have ended the transaction already.
    if (this.db.isTransaction) this.rollback.run();
    this.target.rolledBack();
    this.db.exec("PRAGMA synchronous = NORMAL");
  }

  private answer(replies: Reply[], works: readonly Work[]): void {
    const transfers: Transferable[] = [];
    for (const work of works) {
      work.committed();
      transfers.push(...work.transfers);
    }
    if (replies.length > 0) this.reply(replies, transfers);
  }
}

function canJoin(last: WriterRequest | undefined, next: WriterRequest | undefined): boolean {
  return last !== undefined && next !== undefined && JOINABLE.has(last.call) && JOINABLE.has(next.call);
}
