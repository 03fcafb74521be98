import { hash } from "node:crypto";
import { ownerOf } from "../networks.js";
import type { RefusalCause } from "../refusal.js";
import type { RefusalRecord } from "../store/refusals.js";
import type { Generation } from "../store/store.js";
import { claimedText } from "./claimed-text.js";

/** One connection that was refused or ended badly, in the words of whoever saw it; texts may hold anything. */
export interface RefusalNote {
  readonly cause: RefusalCause;
  readonly address: string;
  readonly generation?: Generation | undefined;
  readonly userAgent?: string;
  readonly instanceId?: string | undefined;
  readonly keyid?: string | undefined;
  /** What the other side was told. */
  readonly message?: string;
}

export interface BookLimits {
  /** Entries of those that named a key, and as many of those that did not: scanners must not push machines out. */
  readonly entriesPerShelf: number;
  /** Entries of one address (IPv6: of one /64) on either shelf. */
  readonly entriesPerOwner: number;
}

export const BOOK_LIMITS: BookLimits = { entriesPerShelf: 1_000, entriesPerOwner: 50 };

const MAX_MESSAGE = 512;

/** Entries from the longest unseen to the one seen last, and the same for each address. */
class Shelf {
  readonly entries = new Map<string, RefusalRecord>();
  readonly #owners = new Map<string, Set<string>>();

  constructor(private readonly limits: BookLimits) {}

  /** @returns ids that had to make way */
  put(entry: RefusalRecord): string[] {
    this.remove(entry.id);
    this.entries.set(entry.id, entry);
    const owner = ownerOf(entry.address);
    const owned = this.#owners.get(owner) ?? new Set();
    this.#owners.set(owner, owned.add(entry.id));
    const tooMany: string[] = [];
    if (owned.size > this.limits.entriesPerOwner) tooMany.push(...first(owned));
    else if (this.entries.size > this.limits.entriesPerShelf) tooMany.push(...first(this.entries.keys()));
    for (const id of tooMany) this.remove(id);
    return tooMany;
  }

  /** It keeps its place: it was not seen again. */
  replace(entry: RefusalRecord): void {
    this.entries.set(entry.id, entry);
  }

  remove(id: string): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    this.entries.delete(id);
    const owner = ownerOf(entry.address);
    const owned = this.#owners.get(owner);
    owned?.delete(id);
    if (owned?.size === 0) this.#owners.delete(owner);
    return true;
  }
}

/** The record of refused connections: equal ones are one entry, and whatever comes, there is room for so many. */
export class RefusalBook {
  readonly #withKey: Shelf;
  readonly #withoutKey: Shelf;

  constructor(limits: BookLimits = BOOK_LIMITS) {
    this.#withKey = new Shelf(limits);
    this.#withoutKey = new Shelf(limits);
  }

  get size(): number {
    return this.#withKey.entries.size + this.#withoutKey.entries.size;
  }

  /** @returns the entry as it is now, and the ids of those that had to make way for it */
  note(note: RefusalNote, nowMs: number): { readonly entry: RefusalRecord; readonly displaced: readonly string[] } {
    const fresh = entryOf(note, nowMs);
    const before = this.get(fresh.id);
    const entry = before === undefined ? fresh : { ...fresh, firstMs: before.firstMs, count: before.count + 1 };
    return { entry, displaced: this.#shelfOf(entry).put(entry) };
  }

  /** Puts an entry back that was kept; those seen the longest ago first. */
  restore(entry: RefusalRecord): void {
    this.#shelfOf(entry).put(entry);
  }

  /** @returns the entry as it is now, in its place */
  settle(entry: RefusalRecord): RefusalRecord {
    const settled = { ...entry, settled: true };
    this.#shelfOf(entry).replace(settled);
    return settled;
  }

  get(id: string): RefusalRecord | undefined {
    return this.#withKey.entries.get(id) ?? this.#withoutKey.entries.get(id);
  }

  ofKey(keyid: string): RefusalRecord[] {
    return [...this.#withKey.entries.values()].filter((entry) => entry.keyid === keyid);
  }

  remove(id: string): boolean {
    return this.#withKey.remove(id) || this.#withoutKey.remove(id);
  }

  /** The one seen last first. */
  list(): RefusalRecord[] {
    const entries = [...this.#withKey.entries.values(), ...this.#withoutKey.entries.values()];
    return entries.sort((a, b) => b.lastMs - a.lastMs);
  }

  #shelfOf({ keyid }: RefusalRecord): Shelf {
    return keyid === "" ? this.#withoutKey : this.#withKey;
  }
}

function entryOf(note: RefusalNote, nowMs: number): RefusalRecord {
  const { cause, generation } = note;
  const address = claimedText(note.address);
  const instanceId = claimedText(note.instanceId ?? "");
  const keyid = claimedText(note.keyid ?? "");
  const identity = JSON.stringify([cause, address, generation ?? "", instanceId, keyid]);
  return {
    id: hash("sha256", identity).slice(0, 16),
    cause,
    address,
    ...(generation === undefined ? {} : { generation }),
    userAgent: claimedText(note.userAgent ?? ""),
    instanceId,
    keyid,
    message: claimedText(note.message ?? "", MAX_MESSAGE),
    firstMs: nowMs,
    lastMs: nowMs,
    count: 1,
    settled: false,
  };
}

function first(ids: Iterable<string>): string[] {
  for (const id of ids) return [id];
  return [];
}
