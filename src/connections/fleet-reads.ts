import type { Logger } from "pino";
import type { PlanRuns } from "../store/fleet.js";
import type { Store } from "../store/store.js";

export interface FleetReadsParts {
  readonly store: Pick<Store, "readBackups">;
  readonly logger: Logger;
}

/** Changes of the same machine within this time are read once. */
const GATHER_MS = 250;
const RETRY_MS = 2_000;
/** Machines of one read: the thread that finds peers must not be kept from it for long. */
const MAX_PEERS = 50;

/** Reads the backups of machines again that changed, one read at a time. */
export class FleetReads {
  readonly #parts: FleetReadsParts;
  readonly #onRead: (byPeer: ReadonlyMap<number, readonly PlanRuns[]>) => void;
  readonly #wanted = new Set<number>();
  #waiting: (() => void)[] = [];
  #everIdle = false;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #closed = false;

  constructor(parts: FleetReadsParts, onRead: (byPeer: ReadonlyMap<number, readonly PlanRuns[]>) => void) {
    this.#parts = parts;
    this.#onRead = onRead;
  }

  want(peerId: number): void {
    this.#wanted.add(peerId);
    this.#schedule(GATHER_MS);
  }

  /** Resolves once nothing waited to be read, and when this is closed. */
  async first(): Promise<void> {
    if (this.#everIdle || this.#closed || (this.#wanted.size === 0 && !this.#reading)) return;
    this.#schedule(0);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  #schedule(ms: number): void {
    if (this.#closed || this.#reading || (this.#timer !== undefined && ms > 0)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), ms);
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    this.#timer = undefined;
    this.#reading = true;
    const peerIds = [...this.#wanted].slice(0, MAX_PEERS);
    for (const peerId of peerIds) this.#wanted.delete(peerId);
    let pauseMs = this.#wanted.size > 0 ? 0 : GATHER_MS;
    try {
      const runs = Map.groupBy(await this.#parts.store.readBackups(peerIds), ({ peerId }) => peerId);
      if (!this.#closed) this.#onRead(new Map(peerIds.map((peerId) => [peerId, runs.get(peerId) ?? []])));
    } catch (reason) {
      if (!this.#closed) this.#parts.logger.warn({ err: reason }, "could not read backups; trying again");
      for (const peerId of peerIds) this.#wanted.add(peerId);
      pauseMs = RETRY_MS;
    } finally {
      this.#reading = false;
    }
    if (this.#wanted.size > 0) this.#schedule(pauseMs);
    else this.#wake();
  }

  #wake(): void {
    this.#everIdle = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
