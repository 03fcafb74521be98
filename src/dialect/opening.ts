import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import type { Generation } from "../store/store.js";
import type { Dialect, HubMessage, PeerHello, PeerMessage } from "./dialect.js";

/**
 * A session's way from its first item to a peer that has proven who it is. One object a session; it takes the peer's
 * items one after the other until it has the peer's claim, and sends nothing itself.
 */
export interface Opening<Hello extends PeerHello = PeerHello, Opened = OpenedDialect> {
  readonly generation: Generation;
  /**
   * Takes the peer's next item; the one behind it only when this is settled.
   * @throws HubError in words for the peer's operator; the session is over then
   */
  receive(item: SyncItem, nowMs: number): Promise<OpeningStep<Hello, Opened>>;
}

export type OpeningStep<Hello, Opened> =
  /** To be written as it is, at once; the peer's next item is part of the opening still. */
  | { readonly step: "answer"; readonly item: SyncItem }
  /** The claim is verified; whether this peer is let in is for others to say. */
  | { readonly step: "hello"; readonly hello: Hello; readonly dialect: Opened };

/** What one session speaks behind its opening. */
export interface OpenedDialect<Incoming = PeerMessage, Outgoing = HubMessage> {
  readonly generation: Generation;
  /** The hub's own handshake, to be sent only after the peer was accepted, before everything else. */
  writeHandshake(nowMs: number): SyncItem;
  /**
   * An item as it came.
   * @throws HubError for what a peer must not send
   */
  read(item: SyncItem): Incoming;
  write(message: Outgoing): SyncItem;
  /**
   * What was written, as it goes out. It is called at the moment when the item enters the stream, once an item, in the
   * stream's order: behind it the item must not be dropped or overtaken.
   */
  seal(item: SyncItem): SyncItem;
}

/** The seed's opening: the first item is the handshake, and everything is in the clear. */
export class SeedOpening implements Opening {
  readonly generation = "seed";
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  async receive(item: SyncItem, nowMs: number): Promise<OpeningStep<PeerHello, OpenedDialect>> {
    const hello = this.#dialect.readHandshake(item, nowMs);
    return { step: "hello", hello, dialect: inTheClear(this.#dialect, hello.capabilities) };
  }
}

/** The first item tells the generations apart. */
export function speaksCurrent(first: SyncItem): boolean {
  return first.action.case === "establishSharedSecret";
}

function inTheClear(dialect: Dialect, capabilities: readonly string[]): OpenedDialect {
  return {
    generation: dialect.generation,
    writeHandshake: (nowMs) => dialect.writeHandshake(nowMs),
    read: (item) => dialect.read(item, capabilities),
    write: (message) => dialect.write(message),
    seal: (item) => item,
  };
}
