import type { Logger } from "pino";
import type { HubError } from "../errors.js";
import type { RefusalCause } from "../refusal.js";
import type { RefusalRecord } from "../store/refusals.js";
import type { Store } from "../store/store.js";
import { RefusalBook, type RefusalNote } from "./refusal-book.js";
import { type RefusalChange, RefusalWatcher } from "./refusal-watcher.js";

export interface RefusalsParts {
  readonly store: Pick<Store, "listRefusals" | "saveRefusals">;
  readonly logger: Logger;
  /** Wall clock. */
  readonly now: () => number;
  readonly book?: RefusalBook;
  /** Told of every entry, of those too that were kept. */
  readonly onChanged?: (id: string, entry: RefusalRecord | undefined) => void;
  /** How long changes are collected before they are kept. */
  readonly saveAfterMs?: number;
}

/** A flood writes the database once in this time, and never more than the record holds. */
const SAVE_AFTER_MS = 5_000;

/**
 * Why connections did not come about: every room that refuses one says so here. Shown at once, kept a little later, so
 * that it outlives the process.
 */
export class Refusals {
  readonly #parts: RefusalsParts;
  readonly #book: RefusalBook;
  readonly #counts = new Map<RefusalCause, number>();
  readonly #watchers = new Set<RefusalWatcher>();
  /** Ids of entries that differ from what is kept; those that are not in the book any more are to be removed. */
  readonly #unsaved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> | undefined;
  #closed = false;

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
    this.#book = parts.book ?? new RefusalBook();
  }

  /** Reads what was kept. */
  async load(): Promise<void> {
    for (const entry of await this.#parts.store.listRefusals()) {
      this.#book.restore(entry);
      this.#parts.onChanged?.(entry.id, entry);
    }
  }

  note(note: RefusalNote): void {
    this.#counts.set(note.cause, (this.#counts.get(note.cause) ?? 0) + 1);
    const { entry, displaced } = this.#book.note(note, this.#parts.now());
    for (const id of displaced) this.#changed(id, undefined);
    this.#changed(entry.id, entry);
  }

  /**
   * A session of this key has opened, or has ended. What it was refused for before one opened is settled, as a rule, and
   * stays so when the machine is away, and over a restart. Watchers are told of all its entries.
   */
  sessionChanged(keyid: string, connected: boolean): void {
    if (keyid === "") return;
    for (const entry of this.#book.ofKey(keyid)) {
      if (connected && !entry.settled) this.#changed(entry.id, this.#book.settle(entry));
      else this.#tell({ id: entry.id, entry });
    }
  }

  /** The one seen last first. */
  list(): RefusalRecord[] {
    return this.#book.list();
  }

  /** How many connections there were with each cause since the start. */
  get counts(): ReadonlyMap<RefusalCause, number> {
    return this.#counts;
  }

  /** @returns how many entries there were */
  forget(ids: readonly string[] | "all"): number {
    const wanted = ids === "all" ? this.#book.list().map(({ id }) => id) : ids;
    const removed = wanted.filter((id) => this.#book.remove(id));
    for (const id of removed) this.#changed(id, undefined);
    return removed.length;
  }

  /** Follows from now on, all present entries first; `close` must be called. */
  watch(): RefusalWatcher {
    const watcher = new RefusalWatcher(this.list().reverse(), () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  /** Keeps what is not kept yet. Nothing that comes later is. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#saving;
    await this.#save();
  }

  #changed(id: string, entry: RefusalRecord | undefined): void {
    this.#tell({ id, entry });
    this.#parts.onChanged?.(id, entry);
    this.#unsaved.add(id);
    this.#arm();
  }

  #tell(change: RefusalChange): void {
    for (const watcher of this.#watchers) watcher.changed(change);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#saving = this.#save().finally(() => {
        this.#timer = undefined;
        if (this.#unsaved.size > 0) this.#arm();
      });
    }, this.#parts.saveAfterMs ?? SAVE_AFTER_MS);
    this.#timer.unref();
  }

  /** What could not be kept is tried again with what comes next. */
  async #save(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const ids = [...this.#unsaved];
    this.#unsaved.clear();
    const put = ids.flatMap((id) => this.#book.get(id) ?? []);
    const kept = new Set(put.map(({ id }) => id));
    try {
      await this.#parts.store.saveRefusals({ put, removed: ids.filter((id) => !kept.has(id)) });
    } catch (reason) {
      for (const id of ids) this.#unsaved.add(id);
      this.#parts.logger.warn({ err: reason }, "could not keep the record of refused connections; it is tried again");
    }
  }
}
