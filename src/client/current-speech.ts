import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import type { SyncStreamItem } from "../../gen/v1sync/syncservice_pb.js";
import { type SessionItem, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import type { SessionIntroduction } from "../dialect/current/handshake.js";
import { CurrentPeerOpening, type PeerRecords } from "./current-opening.js";
import { currentGreeting, currentLiveItem, reactToCurrent } from "./current-reaction.js";
import type { HostHello, KnownHost } from "./handshake.js";
import type { PeerView } from "./reaction.js";
import type { PeerSpeech, Reaction } from "./speech.js";

/** The current generation: a key exchange, and then items in records. */
export class CurrentSpeech implements PeerSpeech<SessionItem, MessageInitShape<typeof SessionItemSchema>> {
  readonly first: Promise<readonly SyncStreamItem[]>;
  readonly heartbeat = create(SessionItemSchema, { action: { case: "heartbeat", value: {} } });
  readonly #begun: Promise<CurrentPeerOpening>;
  #opening: CurrentPeerOpening | undefined;
  #records: PeerRecords | undefined;

  constructor(own: SessionIntroduction, known: KnownHost | undefined) {
    this.#begun = CurrentPeerOpening.begin(own, known);
    this.first = this.#begun.then((opening) => [opening.first]);
  }

  async read(item: SyncStreamItem, say: (item: SessionItem) => void): Promise<SessionItem | undefined> {
    if (this.#records !== undefined) return this.#records.open(item);
    this.#opening = await this.#begun;
    this.#records = await this.#opening.exchange(item);
    say(this.#opening.handshake());
    return undefined;
  }

  accept(item: SessionItem): HostHello {
    if (this.#opening === undefined) throw new ConnectError("no key exchange took place", Code.Internal);
    return this.#opening.accept(item);
  }

  create(init: MessageInitShape<typeof SessionItemSchema>): SessionItem {
    return create(SessionItemSchema, init);
  }

  seal(item: SessionItem): SyncStreamItem {
    return this.#open().seal(item);
  }

  sealBytes(bytes: Uint8Array): SyncStreamItem {
    return this.#open().sealBytes(bytes);
  }

  greeting(view: PeerView): SessionItem[] {
    return currentGreeting(view);
  }

  live(view: PeerView, event: OperationEvent): SessionItem | undefined {
    return currentLiveItem(view, event);
  }

  react(item: SessionItem, view: PeerView): Reaction<SessionItem> {
    return reactToCurrent(item, view);
  }

  #open(): PeerRecords {
    if (this.#records === undefined) throw new ConnectError("there are no keys to seal with yet", Code.Internal);
    return this.#records;
  }
}
