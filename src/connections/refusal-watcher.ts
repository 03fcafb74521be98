import type { HubError } from "../errors.js";
import type { RefusalRecord } from "../store/refusals.js";
import { Waiter } from "../waiter.js";

/** An entry as it is now; without one it is in the record no more. */
export interface RefusalChange {
  readonly id: string;
  readonly entry: RefusalRecord | undefined;
}

/**
 * One reader of the record of refused connections. It gets the latest state of each entry, so that no more waits for it
 * than the entries that it has and those that there are.
 */
export class RefusalWatcher {
  readonly #pending = new Map<string, RefusalChange>();
  /** Entries that the reader has. */
  readonly #shown = new Set<string>();
  readonly #waiter = new Waiter();
  readonly #onClose: () => void;

  constructor(present: readonly RefusalRecord[], onClose: () => void) {
    for (const entry of present) this.#pending.set(entry.id, { id: entry.id, entry });
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#waiter.closed;
  }

  changed(change: RefusalChange): void {
    if (change.entry === undefined && !this.#shown.has(change.id)) {
      this.#pending.delete(change.id);
      return;
    }
    this.#pending.set(change.id, change);
    this.#waiter.wake();
  }

  /** The reader gets this error instead of the next change. */
  fail(error: HubError): void {
    this.#waiter.fail(error);
  }

  /**
   * A change that this reader has not seen, or undefined when none came within `timeoutMs` or the watcher was closed.
   * @throws HubError what {@link fail} was given
   */
  async next(timeoutMs: number): Promise<RefusalChange | undefined> {
    if (this.#pending.size === 0) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    for (const [id, change] of this.#pending) {
      if (this.closed) return undefined;
      this.#pending.delete(id);
      if (change.entry === undefined) this.#shown.delete(id);
      else this.#shown.add(id);
      return change;
    }
    return undefined;
  }

  close(): void {
    if (this.#waiter.close()) this.#onClose();
  }
}
