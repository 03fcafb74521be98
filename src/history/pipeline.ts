import type { Logger } from "pino";
import { HubError } from "../errors.js";
import type { BackupProgress } from "../store/fleet.js";
import type { NamedLog } from "../store/logs.js";
import type { IngestOutcome, ManifestFrame, PassOutcome, Store } from "../store/store.js";
import type { OperationFeed } from "./feed.js";
import { Fifo } from "./fifo.js";

export interface PipelineLimits {
  /** Bytes that one peer may have sent (small entries count for more than theirs) and that are not stored yet, whatever number of sessions brought them. */
  readonly sessionQueueMaxBytes: number;
  /** The same for all peers together. */
  readonly totalQueueMaxBytes: number;
  /** How long a session may wait for room before one ends: the session of the peer with the most in the queues. */
  readonly queueFullTimeoutMs: number;
}

/** Bytes handed to the store and not yet answered: enough to keep its writer busy, little enough to stay fair. */
const IN_FLIGHT_MAX_BYTES = 8 << 20;
const IN_FLIGHT_MAX_CALLS = 1024;
/** What a message costs beside its bytes: what waits takes memory of its own, and the store works for each entry. */
const MESSAGE_BYTES = 1024;
const ENTRY_BYTES = 128;

/** @param tookMs from the receipt of the message to its commit */
type Stored = (outcome: IngestOutcome, tookMs: number) => void;

export interface PipelineListeners {
  /** Told of each message of operations behind its commit. */
  readonly onStored?: Stored;
  /** Told after a commit that a peer's backups are others now. */
  readonly onBackupsChanged?: (peerId: number) => void;
  /** Told after a commit how far backups are that run. */
  readonly onBackupProgress?: (peerId: number, progress: readonly BackupProgress[]) => void;
}

interface Task {
  readonly bytes: number;
  /** Takes long, in pieces: the peer's next task waits for it, the others' do not. */
  readonly long?: boolean;
  run(): Promise<void>;
}

/** The work of one peer, in the order in which it came, whichever session brought it. */
interface Queue {
  readonly tasks: Fifo<Task>;
  /** Waiting and in flight. */
  bytes: number;
  inFlight: number;
  /** A long task is in flight. */
  held: boolean;
}

/**
 * The way from sessions into the store. Each peer's frames, deletes and passes keep their order; peers take turns; what
 * waits is bounded in bytes, for a peer and in all. Watchers hear of a frame after its commit.
 */
export class IngestPipeline {
  readonly #store: Store;
  readonly #feed: OperationFeed;
  readonly #limits: PipelineLimits;
  readonly #onStored: Stored;
  readonly #onBackupsChanged: (peerId: number) => void;
  readonly #onBackupProgress: NonNullable<PipelineListeners["onBackupProgress"]>;
  readonly #queues = new Map<number, Queue>();
  readonly #turn: number[] = [];
  readonly #lanes = new Set<IngestLane>();
  readonly #idle: (() => void)[] = [];
  #roomWaiters: (() => void)[] = [];
  #totalBytes = 0;
  #inFlightBytes = 0;
  #inFlightCalls = 0;

  constructor(store: Store, feed: OperationFeed, limits: PipelineLimits, listeners: PipelineListeners = {}) {
    this.#onStored = listeners.onStored ?? (() => {});
    this.#onBackupsChanged = listeners.onBackupsChanged ?? (() => {});
    this.#onBackupProgress = listeners.onBackupProgress ?? (() => {});
    this.#store = store;
    this.#feed = feed;
    this.#limits = limits;
  }

  /** Opens the way for one session; it must be closed with the session. */
  open(owner: LaneOwner): IngestLane {
    const lane = new IngestLane(owner, {
      push: (task) => this.#push(owner.peerId, task),
      room: (bytes) => this.#room(lane, bytes),
      load: () => this.#load(owner.peerId),
      close: () => {
        this.#lanes.delete(lane);
        this.#wakeRoomWaiters();
      },
      store: this.#store,
      onStored: this.#onStored,
      committed: ({ events, backupsChanged, backupProgress }) => {
        this.#feed.publish(events);
        if (backupProgress !== undefined) this.#onBackupProgress(owner.peerId, backupProgress);
        if (backupsChanged === true) this.#onBackupsChanged(owner.peerId);
      },
    });
    this.#lanes.add(lane);
    return lane;
  }

  get queuedBytes(): number {
    return this.#totalBytes;
  }

  /** Resolves when everything that was received is stored or has failed. */
  async drain(): Promise<void> {
    while (this.#queues.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #push(peerId: number, task: Task): void {
    let queue = this.#queues.get(peerId);
    if (queue === undefined) {
      queue = { tasks: new Fifo(), bytes: 0, inFlight: 0, held: false };
      this.#queues.set(peerId, queue);
    }
    if (queue.tasks.length === 0 && !queue.held) this.#turn.push(peerId);
    queue.tasks.push(task);
    queue.bytes += task.bytes;
    this.#totalBytes += task.bytes;
    this.#pump();
  }

  /** Hands tasks to the store, one peer after the other, as far as its in-flight limit allows. */
  #pump(): void {
    while (this.#inFlightBytes < IN_FLIGHT_MAX_BYTES && this.#inFlightCalls < IN_FLIGHT_MAX_CALLS) {
      const peerId = this.#turn.shift();
      if (peerId === undefined) return;
      const queue = this.#queues.get(peerId);
      const task = queue?.tasks.shift();
      if (queue === undefined || task === undefined) continue;
      queue.held = task.long === true;
      if (queue.tasks.length > 0 && !queue.held) this.#turn.push(peerId);
      queue.inFlight++;
      this.#inFlightBytes += inFlightBytes(task);
      this.#inFlightCalls++;
      void task.run().finally(() => this.#done(peerId, queue, task));
    }
  }

  #done(peerId: number, queue: Queue, task: Task): void {
    queue.inFlight--;
    queue.bytes -= task.bytes;
    this.#totalBytes -= task.bytes;
    this.#inFlightBytes -= inFlightBytes(task);
    this.#inFlightCalls--;
    if (task.long === true) {
      queue.held = false;
      if (queue.tasks.length > 0) this.#turn.push(peerId);
    }
    if (queue.inFlight === 0 && queue.tasks.length === 0) this.#queues.delete(peerId);
    this.#pump();
    this.#wakeRoomWaiters();
    if (this.#queues.size === 0) for (const wake of this.#idle.splice(0)) wake();
  }

  #load(peerId: number): PeerLoad {
    const { sessionQueueMaxBytes, totalQueueMaxBytes } = this.#limits;
    const peerBytes = this.#queues.get(peerId)?.bytes ?? 0;
    return { peerBytes, peerMaxBytes: sessionQueueMaxBytes, totalMaxBytes: totalQueueMaxBytes };
  }

  /** @param more bytes that would come on top */
  #isFull(peerId: number, more: number): boolean {
    const bytes = this.#queues.get(peerId)?.bytes ?? 0;
    const { sessionQueueMaxBytes, totalQueueMaxBytes } = this.#limits;
    if (bytes >= sessionQueueMaxBytes) return true;
    // What a few have filled must not stop those who have little in it: half of the total is everybody's equal share.
    return this.#totalBytes >= totalQueueMaxBytes && bytes + more >= totalQueueMaxBytes / 2 / this.#queues.size;
  }

  /** A wait that ends with room, with the session, or with the end of the session that fills the queues. */
  #room(lane: IngestLane, bytes: number): Promise<void> | undefined {
    if (lane.closed || !this.#isFull(lane.owner.peerId, bytes)) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endFullest(lane), this.#limits.queueFullTimeoutMs);
      const check = () => {
        if (!lane.closed && this.#isFull(lane.owner.peerId, bytes)) {
          this.#roomWaiters.push(check);
          return;
        }
        clearTimeout(timer);
        resolve();
      };
      this.#roomWaiters.push(check);
    });
  }

  #wakeRoomWaiters(): void {
    if (this.#roomWaiters.length === 0) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const wake of waiters) wake();
  }

  /** A peer that is not read drops its session silently, so say it first: to the fullest, or to the one that waits. */
  #endFullest(waiting: IngestLane): void {
    let fullest = waiting;
    const bytesOf = (lane: IngestLane) => this.#queues.get(lane.owner.peerId)?.bytes ?? 0;
    for (const lane of this.#lanes) if (bytesOf(lane) > bytesOf(fullest)) fullest = lane;
    fullest.fail(
      "overflow",
      new HubError(
        "unavailable",
        "the hub receives more than it can store right now; this session ends and continues when Backrest dials again",
        { level: "warn" },
      ),
    );
  }
}

/** What is long takes the place of nobody else's work. */
function inFlightBytes({ bytes, long }: Task): number {
  return long === true ? 0 : bytes;
}

/** Whose frames they are. */
export interface LaneOwner {
  readonly peerId: number;
  readonly session: number;
  readonly keyid: string;
  /** Bounded: a peer decides how much there is to say. */
  readonly logger: Logger;
  /** Called at most once: what was sent could not be stored, or there was no room for it. */
  onFailure(cause: "failure" | "overflow", error: HubError): void;
  /** Where it is there, told of the logs of operations that came with an error as their end. */
  readonly onFailedLogs?: ((logs: readonly NamedLog[]) => void) | undefined;
}

export interface ManifestToCompare {
  readonly manifest: Pick<ManifestFrame, "opIds" | "modnos">;
  readonly everything: boolean;
}

/** How much of the queues one peer fills, in bytes, beside what they take at most. */
export interface PeerLoad {
  readonly peerBytes: number;
  readonly peerMaxBytes: number;
  readonly totalMaxBytes: number;
}

interface LaneParts {
  push(task: Task): void;
  room(bytes: number): Promise<void> | undefined;
  load(): PeerLoad;
  close(): void;
  readonly store: Store;
  readonly onStored: Stored;
  /** Tells watchers what a commit brought. */
  committed(outcome: Pick<IngestOutcome, "events" | "backupsChanged" | "backupProgress">): void;
}

/** One session's way into the store. */
export class IngestLane {
  readonly owner: LaneOwner;
  readonly #parts: LaneParts;
  #closed = false;
  #passOpen = false;
  /** A comparison is with the store. */
  #comparing = false;

  constructor(owner: LaneOwner, parts: LaneParts) {
    this.owner = owner;
    this.#parts = parts;
  }

  /** True once the session has ended or failed: nothing more is taken from it. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * @param event the bytes of a `v1.OperationEvent`; they must own their buffer, which is handed over
   * @param entries how many operations or ids it holds
   */
  ingest(event: Uint8Array, entries: number, atMs: number): void {
    const { peerId, session, keyid, logger, onFailedLogs } = this.owner;
    const frame = { peerId, session, keyid, event, atMs, ...(onFailedLogs === undefined ? {} : { wantLogs: true }) };
    const receivedMs = performance.now();
    this.#push(event.byteLength + MESSAGE_BYTES + entries * ENTRY_BYTES, async () => {
      const outcome = await this.#parts.store.ingest(frame);
      this.#parts.onStored(outcome, performance.now() - receivedMs);
      if (outcome.poison > 0) logger.warn({ poison: outcome.poison }, "skipped operations that do not decode");
      this.#parts.committed(outcome);
      if (outcome.failedLogs !== undefined) onFailedLogs?.(outcome.failedLogs);
    });
  }

  beginPass(full: boolean): void {
    const { peerId, session } = this.owner;
    this.#passOpen = true;
    this.#push(0, () => this.#parts.store.beginPass({ peerId, session, full }));
  }

  /** Calls back with the ids that are to be asked for, behind everything that was received before. */
  compare(
    { manifest: { opIds, modnos }, everything }: ManifestToCompare,
    atMs: number,
    done: (wanted: BigInt64Array) => void,
  ): void {
    const { peerId, session } = this.owner;
    const run = async () => {
      this.#comparing = true;
      const comparison = this.#parts.store.compareManifest({ peerId, session, opIds, modnos, everything, atMs });
      const outcome = await comparison.finally(() => (this.#comparing = false));
      this.#parts.committed(outcome);
      if (outcome.failure !== undefined) throw outcome.failure;
      if (!this.#closed) done(outcome.wanted);
    };
    this.#push(opIds.byteLength + modnos.byteLength, run, true);
  }

  /** Calls back behind everything that was received before. Not at all when the store failed: the session ends then. */
  endPass(full: boolean, atMs: number, done: (outcome: PassOutcome) => void): void {
    const { peerId, session } = this.owner;
    this.#passOpen = false;
    this.#push(0, async () => {
      const outcome = await this.#parts.store.endPass({ peerId, session, full, atMs });
      this.#parts.committed(outcome);
      done(outcome);
    });
  }

  /** Calls back, never at once, when all that was received before is handed to the store and it has room for more. */
  taken(done: () => void): void {
    this.#push(0, async () => {
      await Promise.resolve();
      if (!this.#closed) done();
    });
  }

  /** How much of the queues this session's peer fills. */
  load(): PeerLoad {
    return this.#parts.load();
  }

  /** What to wait for before a message of so many bytes is taken; undefined when there is room. */
  room(bytes: number): Promise<void> | undefined {
    return this.#parts.room(bytes);
  }

  fail(cause: "failure" | "overflow", error: HubError): void {
    if (this.#closed) return;
    this.close();
    this.owner.onFailure(cause, error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#passOpen) this.#abandonPass();
    this.#parts.close();
  }

  /** What an unfinished pass holds in the store is of no use to anybody. */
  #abandonPass(): void {
    const { peerId, session } = this.owner;
    const abandon = () => this.#parts.store.abandonPass(peerId, session);
    // Not behind the comparison, which it ends; the pass has begun before that.
    if (this.#comparing) void this.#attempt(abandon);
    else this.#push(0, abandon);
  }

  #push(bytes: number, work: () => Promise<void>, long = false): void {
    this.#parts.push({ bytes, long, run: () => this.#attempt(work) });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      // What else of an ended session fails is the same failure again.
      if (this.#closed) return;
      const error = HubError.from(reason);
      this.owner.logger.error({ err: error }, "could not store");
      this.fail(
        "failure",
        new HubError("unavailable", "the hub could not store what this Backrest sent; it will be asked for it again", {
          cause: reason,
          level: "error",
        }),
      );
    }
  }
}
