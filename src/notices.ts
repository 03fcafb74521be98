import type { HubError } from "./errors.js";
import { Waiter } from "./waiter.js";

/** Lists that readers read with an rpc of their own, and that they are told to read anew. */
export const LISTS = ["peers", "pairing-tokens", "pushes", "shared-repos", "access", "peer-states"] as const;
export type ListName = (typeof LISTS)[number];

/** What changes a list says so here; every room may. */
export interface ListChanges {
  changed(...lists: readonly ListName[]): void;
}

/** Where nobody wants to hear of changes. */
export const NOBODY_TOLD: ListChanges = { changed: () => {} };

/** Readers are told at once, and then not again for so long. What machines show changes all the time in a large fleet. */
const REST_MS = 500;
const PEER_STATES_REST_MS = 1_000;

interface Rest {
  readonly timer: NodeJS.Timeout;
  again: boolean;
}

/** Tells readers which lists have changed, never what: nothing waits here but names. */
export class Notices implements ListChanges {
  readonly #watchers = new Set<NoticeWatcher>();
  readonly #resting = new Map<ListName, Rest>();

  get watchers(): number {
    return this.#watchers.size;
  }

  changed(...lists: readonly ListName[]): void {
    if (this.#watchers.size > 0) for (const list of lists) this.#tell(list);
  }

  /** Follows from now on; `close` must be called. */
  watch(): NoticeWatcher {
    const watcher = new NoticeWatcher(() => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  /** Clears every timer. */
  close(): void {
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  #tell(list: ListName): void {
    const rest = this.#resting.get(list);
    if (rest !== undefined) {
      rest.again = true;
      return;
    }
    for (const watcher of this.#watchers) watcher.changed(list);
    const timer = setTimeout(
      () => {
        const again = this.#resting.get(list)?.again === true;
        this.#resting.delete(list);
        if (again) this.changed(list);
      },
      list === "peer-states" ? PEER_STATES_REST_MS : REST_MS,
    );
    timer.unref();
    this.#resting.set(list, { timer, again: false });
  }
}

/** One reader of the notices. What waits for it is bounded by the number of lists. */
export class NoticeWatcher {
  readonly #pending = new Set<ListName>();
  readonly #waiter = new Waiter();
  readonly #onClose: () => void;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#waiter.closed;
  }

  changed(list: ListName): void {
    this.#pending.add(list);
    this.#waiter.wake();
  }

  fail(error: HubError): void {
    this.#waiter.fail(error);
  }

  /**
   * The lists that changed since the last call, or undefined when none did within `timeoutMs` or the watcher was closed.
   * @throws HubError what {@link fail} was given
   */
  async next(timeoutMs: number): Promise<ReadonlySet<ListName> | undefined> {
    if (this.#pending.size === 0) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    if (this.closed || this.#pending.size === 0) return undefined;
    const lists = new Set(this.#pending);
    this.#pending.clear();
    return lists;
  }

  close(): void {
    if (this.#waiter.close()) this.#onClose();
  }
}
