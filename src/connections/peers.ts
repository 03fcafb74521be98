import type { PeerBoard } from "./board.js";
import type { Knock, KnockList } from "./knocks.js";
import { currentKey, type PeerStatus } from "./peer-status.js";
import { assertId } from "../dialect/ids.js";
import { HubError } from "../errors.js";
import type { Generation, PeerRecord, Store } from "../store/store.js";

/** Tells the live sessions what was decided about their peers. */
export interface PeerSessions {
  remove(peerId: number): void;
  readmit(peerId: number): void;
  /** The peer has another key now. */
  rekeyed(peerId: number): void;
  isConnected(peerId: number): boolean;
  /** Asks the peer for everything, if it is connected; tells whether it is. */
  resync(peerId: number): boolean;
}

export interface PeersParts {
  readonly store: Store;
  readonly knocks: KnockList;
  readonly board: PeerBoard;
  readonly status: PeerStatus;
  readonly sessions: PeerSessions;
  /** Remembers of whom a person wants the whole history anew, for those that are not connected. */
  readonly fullPasses: { want(keyid: string): void };
  readonly own: { readonly instanceId: string; readonly keyids: readonly string[] };
  readonly now: () => number;
}

/** A peer by its instance id, or by one of its keys. */
export type WhichPeer = { readonly instanceId: string } | { readonly keyid: string };

/** Who may sync with the hub, as its operator decides it. */
export class Peers {
  readonly #parts: PeersParts;

  constructor(parts: PeersParts) {
    this.#parts = parts;
  }

  /** Peers that are not removed, by instance id. */
  async list(): Promise<PeerRecord[]> {
    const peers = await this.#parts.store.listPeers();
    return peers
      .filter((peer) => peer.removedMs === undefined)
      .sort((a, b) => (a.instanceId < b.instanceId ? -1 : a.instanceId > b.instanceId ? 1 : 0));
  }

  /**
   * @param mayHandOver whether secrets that the hub has for a peer may go to a key that it had before
   * @throws HubError `invalid_argument`, `already_exists` or `permission_denied`
   */
  async add(instanceId: string, keyid: string, mayHandOver: boolean): Promise<PeerRecord> {
    const generation = checkNewPeer(instanceId, keyid, this.#parts.own);
    if (!mayHandOver) await this.#assertNotHandedOver(await this.#withOldKey(keyid));
    const peer = await this.#parts.store.addPeer({ instanceId, keyid, generation, atMs: this.#parts.now() });
    this.#parts.sessions.readmit(peer.id);
    this.#parts.knocks.forget(keyid);
    // Adding a peer again changes nothing for one that is in session.
    if (!this.#parts.sessions.isConnected(peer.id)) this.#parts.status.added(peer);
    return peer;
  }

  /**
   * Lets in who waits, or gives a known peer the key with which it waits.
   * @param mayHandOver whether secrets that the hub has for that peer may go to the new key
   * @throws HubError `invalid_argument`, `not_found`, `already_exists`, `failed_precondition` or `permission_denied`
   */
  async approve(keyid: string, mayHandOver: boolean): Promise<PeerRecord> {
    const generation = generationOf(keyid);
    const knock = this.#knockOf(keyid);
    if (knock.reason === "instance-mismatch" || knock.reason === "clear-text") {
      throw new HubError("failed_precondition", `approval is not what this machine lacks: ${knock.message}`);
    }
    const namesake = await this.#parts.store.findPeerByInstance(knock.instanceId);
    if (namesake === undefined) return this.add(knock.instanceId, keyid, mayHandOver);
    if (!mayHandOver) await this.#assertNotHandedOver(namesake);
    return this.#replaceKey(namesake, keyid, generation);
  }

  /**
   * Has who knocks wait no more.
   * @throws HubError `invalid_argument` or `not_found`
   */
  refuse(keyid: string): Knock {
    generationOf(keyid);
    const knock = this.#knockOf(keyid);
    this.#parts.knocks.refuse(keyid);
    this.#parts.status.refused(knock);
    return knock;
  }

  #knockOf(keyid: string): Knock {
    const knock = this.#parts.knocks.get(keyid);
    if (knock !== undefined) return knock;
    throw new HubError(
      "not_found",
      `nobody with the key id ${keyid} is waiting; the list of who waits is kept in memory, so wait for this machine's next try or add it with its instance id and key id`,
    );
  }

  /** The peer, removed or not, that has another key now than this one. */
  async #withOldKey(keyid: string): Promise<PeerRecord | undefined> {
    const peers = await this.#parts.store.listPeers();
    return peers.find(({ keys }) => keys.some((key) => key.keyid === keyid && !key.current));
  }

  async #assertNotHandedOver(peer: PeerRecord | undefined): Promise<void> {
    if (peer === undefined) return;
    const { id, instanceId, grants = [] } = peer;
    const pushes = await this.#parts.store.listPushes({ peerId: id, openOnly: true, limit: 1 });
    if (grants.length + pushes.length === 0) return;
    throw new HubError(
      "permission_denied",
      `the hub shares repos with "${instanceId}", or has a push for it, and the passwords in them would go to the machine with this key; an admin of the hub has to let it in`,
    );
  }

  /** The machine keeps its history under its new key. */
  async #replaceKey(peer: PeerRecord, keyid: string, generation: Generation): Promise<PeerRecord> {
    const { store, sessions, knocks, status, now } = this.#parts;
    const rekeyed = await store.addPeerKey(peer.id, { keyid, generation, atMs: now() });
    knocks.forget(keyid);
    sessions.rekeyed(peer.id);
    status.rekeyed(rekeyed);
    return rekeyed;
  }

  /** @throws HubError `invalid_argument` or `not_found` */
  async remove(which: WhichPeer): Promise<PeerRecord> {
    const peer = await this.#find(which);
    const atMs = this.#parts.now();
    await this.#parts.store.removePeer(peer.id, atMs);
    this.#parts.sessions.remove(peer.id);
    this.#parts.status.removed(peer);
    return { ...peer, removedMs: atMs };
  }

  /**
   * Has the whole history of a peer asked for anew.
   * @throws HubError `invalid_argument` or `not_found`
   */
  async resync(which: WhichPeer): Promise<{ readonly peer: PeerRecord; readonly connected: boolean }> {
    const peer = await this.#find(which);
    this.#parts.fullPasses.want(currentKey(peer).keyid);
    return { peer, connected: this.#parts.sessions.resync(peer.id) };
  }

  async #find(which: WhichPeer): Promise<PeerRecord> {
    const peer =
      "keyid" in which
        ? await this.#parts.store.findPeerByKey(which.keyid)
        : await this.#parts.store.findPeerByInstance(which.instanceId);
    if (peer !== undefined) return peer;
    const name = "keyid" in which ? `the key id ${which.keyid}` : `the instance id "${which.instanceId}"`;
    throw new HubError("not_found", `no peer has ${name}; \`backrest-hub peers list\` shows all of them`);
  }
}

/**
 * What must hold of a peer that an operator adds, on a running hub and on a stopped one alike.
 * @returns the generation that the key belongs to
 * @throws HubError `invalid_argument`
 */
export function checkNewPeer(
  instanceId: string,
  keyid: string,
  own: { readonly instanceId: string; readonly keyids: readonly string[] },
): Generation {
  try {
    assertId("instance id", instanceId);
  } catch (reason) {
    throw new HubError("invalid_argument", HubError.from(reason).message);
  }
  const generation = generationOf(keyid);
  if (instanceId === own.instanceId) {
    throw new HubError(
      "invalid_argument",
      `"${instanceId}" is the hub's own instance id; give the Backrest another one`,
    );
  }
  if (own.keyids.includes(keyid)) {
    throw new HubError(
      "invalid_argument",
      "this is the hub's own key id; take the one of the Backrest that is to sync",
    );
  }
  return generation;
}

function generationOf(keyid: string): Generation {
  if (/^ecdsa\.[A-Za-z0-9_-]{43}$/.test(keyid)) return "seed";
  if (/^ed25519\.[A-Za-z0-9_-]{43}$/.test(keyid)) return "current";
  throw new HubError(
    "invalid_argument",
    `"${keyid.slice(0, 80)}" is no Backrest key id: it begins with ecdsa. or ed25519. and goes on with 43 letters, digits, - or _`,
  );
}
