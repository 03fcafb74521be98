import type { Logger } from "pino";
import { HubError } from "../errors.js";
import type { NamedLog } from "../store/logs.js";
import type { PassOutcome, Store } from "../store/store.js";
import type { OperationFeed } from "./feed.js";

export interface PipelineLimits {
  /** Bytes that one session may have received and not yet stored. */
  readonly sessionQueueMaxBytes: number;
  /** The same for all sessions together. */
  readonly totalQueueMaxBytes: number;
  /** How long the queues may stay full before the session with the most in them ends. */
  readonly queueFullTimeoutMs: number;
}

/** Bytes handed to the store and not yet answered: enough to keep its writer busy, little enough to stay fair. */
const IN_FLIGHT_MAX_BYTES = 8 << 20;
const IN_FLIGHT_MAX_CALLS = 1024;

interface Task {
  readonly bytes: number;
  run(): Promise<void>;
}

/** The work of one peer, in the order in which it came, whichever session brought it. */
interface Queue {
  readonly tasks: Task[];
  bytes: number;
}

/**
 * The way from sessions into the store. Each peer's frames, deletes and passes keep their order; peers take turns; what
 * waits is bounded in bytes, for a session and in all. Watchers hear of a frame after its commit.
 */
export class IngestPipeline {
  readonly #store: Store;
  readonly #feed: OperationFeed;
  readonly #limits: PipelineLimits;
  readonly #logger: Logger;
  readonly #queues = new Map<number, Queue>();
  readonly #turn: number[] = [];
  readonly #lanes = new Set<IngestLane>();
  #totalBytes = 0;
  #inFlightBytes = 0;
  #inFlightCalls = 0;
  #waiting: (() => void)[] = [];
  #fullTimer: NodeJS.Timeout | undefined;

  constructor(store: Store, feed: OperationFeed, limits: PipelineLimits, logger: Logger) {
    this.#store = store;
    this.#feed = feed;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Opens the way for one session. `onFailure` is called once: a frame could not be stored, or the queues were full. */
  open(session: LaneOwner): IngestLane {
    const lane = new IngestLane(session, {
      push: (bytes, run) => this.#push(lane, bytes, run),
      room: () => this.#room(lane),
      close: () => this.#lanes.delete(lane),
      limits: this.#limits,
      store: this.#store,
      feed: this.#feed,
      logger: this.#logger,
    });
    this.#lanes.add(lane);
    return lane;
  }

  get queuedBytes(): number {
    return this.#totalBytes;
  }

  /** Resolves when everything that was received is stored or has failed. */
  async drain(): Promise<void> {
    while (this.#queues.size > 0 || this.#inFlightCalls > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #push(lane: IngestLane, bytes: number, run: () => Promise<void>): void {
    const peerId = lane.owner.peerId;
    let queue = this.#queues.get(peerId);
    if (queue === undefined) {
      queue = { tasks: [], bytes: 0 };
      this.#queues.set(peerId, queue);
      this.#turn.push(peerId);
    }
    lane.queuedBytes += bytes;
    this.#totalBytes += bytes;
    queue.tasks.push({
      bytes,
      run: async () => {
        try {
          await run();
        } finally {
          lane.queuedBytes -= bytes;
          this.#totalBytes -= bytes;
        }
      },
    });
    this.#pump();
  }

  /** Hands tasks to the store, one peer after the other, as far as its in-flight limit allows. */
  #pump(): void {
    while (this.#inFlightBytes < IN_FLIGHT_MAX_BYTES && this.#inFlightCalls < IN_FLIGHT_MAX_CALLS) {
      const peerId = this.#turn.shift();
      if (peerId === undefined) return;
      const queue = this.#queues.get(peerId);
      const task = queue?.tasks.shift();
      if (queue === undefined || task === undefined) {
        this.#queues.delete(peerId);
        continue;
      }
      if (queue.tasks.length > 0) this.#turn.push(peerId);
      else this.#queues.delete(peerId);
      this.#inFlightBytes += task.bytes;
      this.#inFlightCalls++;
      void task.run().finally(() => {
        this.#inFlightBytes -= task.bytes;
        this.#inFlightCalls--;
        this.#pump();
        this.#wakeWaiting();
      });
    }
  }

  #isFull(lane: IngestLane): boolean {
    return lane.queuedBytes >= this.#limits.sessionQueueMaxBytes || this.#totalBytes >= this.#limits.totalQueueMaxBytes;
  }

  #room(lane: IngestLane): Promise<void> | undefined {
    if (!this.#isFull(lane) || lane.failed) return undefined;
    this.#fullTimer ??= setTimeout(() => this.#endFullest(), this.#limits.queueFullTimeoutMs);
    return new Promise((resolve) => {
      const check = () => {
        if (this.#isFull(lane) && !lane.failed) this.#waiting.push(check);
        else resolve();
      };
      this.#waiting.push(check);
    });
  }

  #wakeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
    if (this.#waiting.length === 0 && this.#fullTimer !== undefined) {
      clearTimeout(this.#fullTimer);
      this.#fullTimer = undefined;
    }
  }

  /** The queues have been full for too long: a peer that is not read drops its session silently, so say it first. */
  #endFullest(): void {
    this.#fullTimer = undefined;
    let fullest: IngestLane | undefined;
    for (const lane of this.#lanes) {
      if (!lane.failed && (fullest === undefined || lane.queuedBytes > fullest.queuedBytes)) fullest = lane;
    }
    fullest?.fail(
      new HubError(
        "unavailable",
        "the hub receives more than it can store right now; this session ends and continues when Backrest dials again",
        { level: "warn" },
      ),
    );
    this.#wakeWaiting();
  }
}

/** Whose frames they are. */
export interface LaneOwner {
  readonly peerId: number;
  readonly session: number;
  readonly keyid: string;
  onFailure(error: HubError): void;
  /** Where it is there, told of the logs of operations that came with an error as their end. */
  readonly onFailedLogs?: ((logs: readonly NamedLog[]) => void) | undefined;
}

interface LaneParts {
  push(bytes: number, run: () => Promise<void>): void;
  room(): Promise<void> | undefined;
  close(): void;
  readonly limits: PipelineLimits;
  readonly store: Store;
  readonly feed: OperationFeed;
  readonly logger: Logger;
}

/** One session's way into the store. */
export class IngestLane {
  readonly owner: LaneOwner;
  readonly #parts: LaneParts;
  queuedBytes = 0;
  failed = false;

  constructor(owner: LaneOwner, parts: LaneParts) {
    this.owner = owner;
    this.#parts = parts;
  }

  /** @param event the bytes of a `v1.OperationEvent`; they must own their buffer, which is handed over */
  ingest(event: Uint8Array, atMs: number): void {
    const { peerId, session, keyid, onFailedLogs } = this.owner;
    const frame = { peerId, session, keyid, event, atMs, ...(onFailedLogs === undefined ? {} : { wantLogs: true }) };
    this.#parts.push(event.byteLength, () =>
      this.#attempt(async () => {
        const outcome = await this.#parts.store.ingest(frame);
        if (outcome.poison > 0) {
          this.#parts.logger.warn({ peerId, session, poison: outcome.poison }, "skipped operations that do not decode");
        }
        this.#parts.feed.publish(outcome.events);
        if (outcome.failedLogs !== undefined) onFailedLogs?.(outcome.failedLogs);
      }),
    );
  }

  beginPass(full: boolean): void {
    const { peerId, session } = this.owner;
    this.#parts.push(0, () => this.#attempt(() => this.#parts.store.beginPass({ peerId, session, full })));
  }

  /** Calls back behind everything that was received before. Not at all when the store failed: the session ends then. */
  endPass(full: boolean, atMs: number, done: (outcome: PassOutcome) => void): void {
    const { peerId, session } = this.owner;
    this.#parts.push(0, () =>
      this.#attempt(async () => {
        const outcome = await this.#parts.store.endPass({ peerId, session, full, atMs });
        this.#parts.feed.publish(outcome.events);
        done(outcome);
      }),
    );
  }

  /** How much of the queues this session fills, in bytes, beside what they take at most. */
  load(): { readonly sessionBytes: number; readonly sessionMaxBytes: number; readonly totalMaxBytes: number } {
    const { sessionQueueMaxBytes, totalQueueMaxBytes } = this.#parts.limits;
    return {
      sessionBytes: this.queuedBytes,
      sessionMaxBytes: sessionQueueMaxBytes,
      totalMaxBytes: totalQueueMaxBytes,
    };
  }

  /** What to wait for before more is read; undefined when there is room. */
  room(): Promise<void> | undefined {
    return this.#parts.room();
  }

  fail(error: HubError): void {
    if (this.failed) return;
    this.failed = true;
    this.owner.onFailure(error);
  }

  close(): void {
    this.failed = true;
    this.#parts.close();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      const error = HubError.from(reason);
      this.#parts.logger.error(
        { peerId: this.owner.peerId, session: this.owner.session, err: error },
        "could not store",
      );
      this.fail(
        new HubError("unavailable", "the hub could not store what this Backrest sent; it will be asked for it again", {
          cause: reason,
          level: "error",
        }),
      );
    }
  }
}
