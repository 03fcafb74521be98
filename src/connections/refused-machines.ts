import type { RefusedFacts } from "../fleet/machine-facts.js";
import type { RefusalCause } from "../refusal.js";
import type { RefusalRecord } from "../store/refusals.js";
import type { PeerKeyRecord } from "../store/store.js";
import { refusalWords } from "./refusal-words.js";

/** How sessions end that were let in. */
const ENDINGS: ReadonlySet<RefusalCause> = new Set([
  "key-shared",
  "protocol-error",
  "stopped-answering",
  "connection-lost",
  "overflow",
  "hub-failure",
]);

/**
 * The record of refused connections, by whom of the hub's own machines they are of. That is decided by key ids alone.
 * Anybody can call itself by the name of a machine, with a key of its own (`key-changed`, `instance-taken`): were those
 * counted, any stranger could make a machine look refused, and its operator would approve the stranger's key.
 */
export class RefusedMachines {
  readonly #entries = new Map<string, RefusalRecord>();
  readonly #byKey = new Map<string, Set<string>>();

  /**
   * An entry as it is now, undefined when it is in the record no more.
   * @returns the key id of whom it is
   */
  changed(id: string, entry: RefusalRecord | undefined): string | undefined {
    const before = this.#entries.get(id);
    if (entry === undefined) {
      if (before === undefined) return undefined;
      this.#entries.delete(id);
      const ids = this.#byKey.get(before.keyid);
      ids?.delete(id);
      if (ids?.size === 0) this.#byKey.delete(before.keyid);
      return before.keyid;
    }
    if (entry.keyid === "" || ENDINGS.has(entry.cause)) return undefined;
    this.#entries.set(id, entry);
    const ids = this.#byKey.get(entry.keyid) ?? new Set();
    this.#byKey.set(entry.keyid, ids.add(id));
    return entry.keyid;
  }

  /**
   * Why a machine with these keys was refused last, after this time. Who names a machine's current key id has it from the
   * machine or from the hub; of an earlier key only that counts which is said to nobody who did not prove it.
   */
  newest(keys: readonly PeerKeyRecord[], sinceMs: number): RefusedFacts | undefined {
    let newest: RefusalRecord | undefined;
    for (const { keyid, current, addedMs } of keys) {
      for (const id of this.#byKey.get(keyid) ?? []) {
        const entry = this.#entries.get(id);
        if (entry === undefined || entry.lastMs <= (newest?.lastMs ?? sinceMs)) continue;
        // What came before the key was let in is settled by that.
        if (current ? entry.lastMs > addedMs : entry.cause === "key-replaced") newest = entry;
      }
    }
    if (newest === undefined) return undefined;
    const { id, cause, lastMs, count } = newest;
    return { id, cause, lastMs, count, ...refusalWords(newest) };
  }
}
