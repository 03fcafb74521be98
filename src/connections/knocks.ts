import { type ListChanges, NOBODY_TOLD } from "../notices.js";

/** Why a peer that proved its key was not let in; `instance-taken`: it wants to replace the key of a peer. */
export type KnockReason = "unknown-key" | "instance-mismatch" | "clear-text" | "instance-taken";

/** A peer that knocked: it holds the key that it names, and the hub does not let it in. */
export interface Knock {
  readonly keyid: string;
  readonly instanceId: string;
  readonly address: string;
  readonly reason: KnockReason;
  /** What the peer was told. */
  readonly message: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly attempts: number;
}

/**
 * Who waits at the door, one entry a key, the newest kept. In memory only: what strangers send must not fill the disk,
 * and a peer that still wants in knocks again.
 */
export class KnockList {
  readonly #limit: number;
  readonly #knocks = new Map<string, Knock>();
  /** Keys of which somebody has said that they are not wanted; the newest kept. */
  readonly #refused = new Set<string>();
  readonly #lists: ListChanges;

  constructor(limit: number, lists: ListChanges = NOBODY_TOLD) {
    this.#limit = limit;
    this.#lists = lists;
  }

  /** @returns the entry, none where the key was refused, and the one that had to make way for it */
  record(
    knock: Omit<Knock, "firstSeenMs" | "lastSeenMs" | "attempts">,
    nowMs: number,
  ): { readonly knock: Knock | undefined; readonly dropped: Knock | undefined } {
    if (this.#refused.has(knock.keyid)) return { knock: undefined, dropped: undefined };
    const before = this.#knocks.get(knock.keyid);
    const entry: Knock = {
      ...knock,
      firstSeenMs: before?.firstSeenMs ?? nowMs,
      lastSeenMs: nowMs,
      attempts: (before?.attempts ?? 0) + 1,
    };
    this.#knocks.delete(knock.keyid);
    this.#knocks.set(knock.keyid, entry);
    let dropped: Knock | undefined;
    if (this.#knocks.size > this.#limit) {
      const oldest = this.#knocks.keys().next();
      if (!oldest.done) {
        dropped = this.#knocks.get(oldest.value);
        this.#knocks.delete(oldest.value);
      }
    }
    this.#lists.changed("peers");
    return { knock: entry, dropped };
  }

  get(keyid: string): Knock | undefined {
    return this.#knocks.get(keyid);
  }

  /** Lists knocks of this key no more. */
  refuse(keyid: string): void {
    this.#refused.add(keyid);
    const [oldest] = this.#refused;
    if (this.#refused.size > this.#limit && oldest !== undefined) this.#refused.delete(oldest);
    if (this.#knocks.delete(keyid)) this.#lists.changed("peers");
  }

  /** The key belongs to a peer now. */
  forget(keyid: string): void {
    this.#refused.delete(keyid);
    if (this.#knocks.delete(keyid)) this.#lists.changed("peers");
  }

  /** Newest first. */
  list(): Knock[] {
    return [...this.#knocks.values()].reverse();
  }
}
