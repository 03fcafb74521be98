import type { Logger } from "pino";
import type { LogEffect, WantedLog } from "../fleet/log-fetch.js";
import { isAskableLog, parseHubLogRef } from "../store/log-refs.js";
import type { LogRecord, NamedLog } from "../store/logs.js";
import type { Store } from "../store/store.js";
import { LogBudget, LogCollector } from "./log-collector.js";
import { expiryOf, type LogAnswer, outcomeOf } from "./log-outcome.js";

export interface LogDeskParts {
  readonly store: Store;
  readonly logger: Logger;
  readonly now: () => number;
  /** The longest that a reader waits for a machine. */
  readonly readerWaitMs: number;
}

/** A session whose peer sends logs. */
export interface LogSource {
  wantLog(wanted: WantedLog): void;
}

/** What the logs that are being received take in memory, those of all sessions together. */
const RECEIVED_MAX_BYTES = 64 << 20;
const SWEEP_EVERY_MS = 60_000;
const NOTHING = new Uint8Array();

type Ended = Extract<LogEffect, { do: "log-ended" }>;
type Dropped = Extract<LogEffect, { do: "log-dropped" }>;

const DROPPED: Readonly<Record<Dropped["why"], string>> = {
  "too-many": "the hub waits for too many logs of this machine; ask again later",
  unanswered: "the machine has not answered for its logs; the hub asks it again in its next session",
  left: "the machine left before this log had come; ask again later",
};

/** Between readers of logs, the sessions that fetch them and the store that keeps them. */
export class LogDesk {
  readonly #parts: LogDeskParts;
  readonly #budget = new LogBudget(RECEIVED_MAX_BYTES);
  readonly #sources = new Map<number, LogSource>();
  readonly #readers = new Map<string, Set<(answer: LogAnswer) => void>>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(parts: LogDeskParts) {
    this.#parts = parts;
  }

  /** Deletes what has expired from now on. */
  start(): void {
    const sweep = () => {
      const { store, logger, now } = this.#parts;
      store.removeExpiredLogs(now()).then(
        (logs) => (logs > 0 ? logger.info({ logs }, "deleted logs that have expired") : undefined),
        (error: unknown) => logger.warn({ err: error }, "could not delete the logs that have expired"),
      );
    };
    sweep();
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  /** The peer can be asked for logs from now on. */
  attach(peerId: number, source: LogSource): void {
    this.#sources.set(peerId, source);
  }

  detach(peerId: number, source: LogSource): void {
    if (this.#sources.get(peerId) === source) this.#sources.delete(peerId);
  }

  collect(): LogCollector {
    return new LogCollector(this.#budget);
  }

  /** The fetching of a log ended: keeps what came and answers who waits for it. */
  ended(peerId: number, { wanted, ending, expirationTsUnix }: Ended, collector: LogCollector | undefined): void {
    const received = { content: collector?.content() ?? NOTHING, isShort: collector?.isShort ?? false };
    const outcome = outcomeOf(wanted, ending, received);
    this.#parts.logger.debug({ peerId, operation: wanted.operationId, how: ending.how }, "fetched a log");
    const kept = this.#keep(peerId, wanted, outcome, expirationTsUnix);
    void kept.finally(() => collector?.release());
    this.#answer(wanted, outcome);
  }

  /** A log that was wanted is not asked for. */
  dropped({ wanted, why }: Dropped): void {
    this.#answer(wanted, { content: NOTHING, words: DROPPED[why] });
  }

  /**
   * A log for a reader, by the hub's name: from the store where it is whole, else from its machine if that can be asked.
   * Never an error of a machine's making: where there is no log the answer says why.
   */
  async read(name: string, signal: AbortSignal): Promise<LogAnswer> {
    const ref = parseHubLogRef(name);
    const record =
      ref === undefined ? undefined : await this.#parts.store.readLog({ ...ref, nowMs: this.#parts.now() });
    if (record === undefined) {
      return { content: NOTHING, words: "the hub knows no log of that name; it may belong to a history that is gone" };
    }
    const { kept } = record;
    if (kept?.complete === true) return { content: kept.content };
    const answer = await this.#fetch(record, signal);
    return kept !== undefined && kept.content.byteLength > answer.content.byteLength
      ? { ...answer, content: kept.content }
      : answer;
  }

  #fetch(record: LogRecord, signal: AbortSignal): Promise<LogAnswer> {
    const source = this.#sources.get(record.peerId);
    const hindrance = hindranceOf(record, source);
    if (source === undefined || hindrance !== undefined) {
      return Promise.resolve({ content: NOTHING, words: hindrance ?? "" });
    }
    const { operationId, originalId, ref, ended } = record;
    const wanted = { operationId, originalId, ref, forReader: true, operationEnded: ended };
    return new Promise((resolve) => {
      const key = keyOf(wanted);
      const readers = this.#readers.get(key) ?? new Set();
      this.#readers.set(key, readers);
      const done = (answer: LogAnswer) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        readers.delete(done);
        if (readers.size === 0 && this.#readers.get(key) === readers) this.#readers.delete(key);
        resolve(answer);
      };
      const giveUp = () => done({ content: NOTHING, words: "the machine has not sent this log yet; ask again later" });
      const timer = setTimeout(giveUp, this.#parts.readerWaitMs);
      signal.addEventListener("abort", giveUp, { once: true });
      readers.add(done);
      source.wantLog(wanted);
    });
  }

  #answer(log: NamedLog, { content, words }: LogAnswer): void {
    const answer = { content, ...(words === undefined ? {} : { words }) };
    for (const done of [...(this.#readers.get(keyOf(log)) ?? [])]) done(answer);
  }

  async #keep(
    peerId: number,
    { operationId, ref }: WantedLog,
    { content, complete }: { readonly content: Uint8Array; readonly complete: boolean },
    expirationTsUnix: bigint,
  ): Promise<void> {
    const atMs = this.#parts.now();
    const expiresMs = expiryOf(expirationTsUnix, atMs);
    if (expiresMs <= atMs || (content.byteLength === 0 && !complete)) return;
    try {
      // A copy, since the buffer is handed over and readers hold this one.
      const log = { peerId, operationId, ref, content: Uint8Array.from(content), complete, atMs, expiresMs };
      await this.#parts.store.saveLog(log);
    } catch (error) {
      this.#parts.logger.error({ peerId, err: error }, "could not keep a log");
    }
  }
}

function hindranceOf(record: LogRecord, source: LogSource | undefined): string | undefined {
  if (!record.live) return "the operation was removed on its machine, and the hub has not fetched this log before";
  if (!isAskableLog(record.ref)) return "the name of this log is not one that the hub asks a machine for";
  if (source === undefined) {
    return "the hub has not fetched this log, and its machine is not connected or is one that sends no logs; look for it on the machine itself";
  }
  return undefined;
}

function keyOf({ operationId, ref }: NamedLog): string {
  return `${operationId}.${ref}`;
}
