import { HubError } from "../errors.js";
import type { SessionEnd } from "./machine.js";

/** What the registry needs of a session. */
export interface RegisteredSession {
  readonly number: number;
  readonly heardMs: number;
  /** Where it comes from. */
  readonly address: string;
  /** Asks the peer for its whole history anew. */
  resync(): void;
  close(reason: SessionEnd): void;
}

/**
 * The live sessions, one per peer. The newest wins: the older one is closed at once and, being displaced, says nothing
 * about whether the peer is there.
 */
export class SessionRegistry<Registered extends RegisteredSession = RegisteredSession> {
  readonly #byPeer = new Map<number, Registered>();
  readonly #all = new Set<Registered>();
  readonly #removed = new Set<number>();
  readonly #onDisplaced: (peerId: number, older: Registered, newer: Registered) => void;
  #numbers = 0;
  #closed: SessionEnd | undefined;

  /** @param onDisplaced told of each newer session that took an older one's place */
  constructor(onDisplaced: (peerId: number, older: Registered, newer: Registered) => void = () => {}) {
    this.#onDisplaced = onDisplaced;
  }

  /** Numbers are never used twice in a process, and a newer session has the higher one. */
  nextNumber(): number {
    return ++this.#numbers;
  }

  /** A stream opened; it belongs to nobody yet. */
  opened(session: Registered): void {
    this.#all.add(session);
    if (this.#closed !== undefined) session.close(this.#closed);
  }

  /**
   * Makes this the peer's session, and ends the one that it had.
   * @returns whether it had one
   * @throws HubError when the peer was removed while it was being let in
   */
  claim(peerId: number, session: Registered): boolean {
    if (this.#removed.has(peerId)) throw removedFromHub().error;
    const older = this.#byPeer.get(peerId);
    this.#byPeer.set(peerId, session);
    older?.close(displaced());
    if (older !== undefined) this.#onDisplaced(peerId, older, session);
    return older !== undefined;
  }

  /** True when it was still the peer's session, so that its end is the peer's. */
  release(peerId: number | undefined, session: Registered): boolean {
    this.#all.delete(session);
    if (peerId === undefined || this.#byPeer.get(peerId) !== session) return false;
    this.#byPeer.delete(peerId);
    return true;
  }

  /** Ends a removed peer's session and lets no look-up that began before the removal open another. */
  remove(peerId: number): void {
    this.#removed.add(peerId);
    this.#byPeer.get(peerId)?.close(removedFromHub());
  }

  /** Ends the session that a peer holds under a key that it does not have any more. */
  rekeyed(peerId: number): void {
    this.#byPeer.get(peerId)?.close(replaced());
  }

  /** @returns whether the peer is connected, and is asked */
  resync(peerId: number): boolean {
    const session = this.#byPeer.get(peerId);
    session?.resync();
    return session !== undefined;
  }

  /** A removed peer was added again. */
  readmit(peerId: number): void {
    this.#removed.delete(peerId);
  }

  /** Ends every session, and every one that still opens. */
  closeAll(reason: SessionEnd): void {
    this.#closed = reason;
    for (const session of [...this.#all]) session.close(reason);
  }

  isConnected(peerId: number): boolean {
    return this.#byPeer.has(peerId);
  }

  /** When anything last came from a peer that is connected, by the sessions' clock. */
  heardMs(peerId: number): number | undefined {
    return this.#byPeer.get(peerId)?.heardMs;
  }

  /** The peers' live sessions. */
  list(): Registered[] {
    return [...this.#byPeer.values()];
  }

  get connected(): number {
    return this.#byPeer.size;
  }

  /** Streams that are open, those that nobody claimed yet included. */
  get open(): number {
    return this.#all.size;
  }
}

function displaced(): SessionEnd {
  return {
    cause: "displaced",
    error: new HubError("aborted", "this Backrest opened a newer session with the hub; this one is no longer needed"),
  };
}

function replaced(): SessionEnd {
  return {
    cause: "removed",
    error: new HubError(
      "permission_denied",
      "this machine has a new key at the hub; if it went back to its old one, have the hub's operator remove the peer and add it anew",
    ),
  };
}

function removedFromHub(): SessionEnd {
  return {
    cause: "removed",
    error: new HubError(
      "permission_denied",
      "this Backrest was removed from the hub; remove the hub from this machine's sync settings, or ask the hub's operator to add it again",
    ),
  };
}
