import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { type HostHello, type KnownHost, type OwnHandshake, readHostHandshake, writeHandshake } from "./handshake.js";
import { rawItem } from "./raw-item.js";
import { greeting, liveItem, type PeerView, reactTo } from "./reaction.js";
import type { PeerSpeech, Reaction } from "./speech.js";

/** The seed generation: everything in the clear. */
export class SeedSpeech implements PeerSpeech {
  readonly first: readonly SyncStreamItem[];
  readonly heartbeat = create(SyncStreamItemSchema, { action: { case: "heartbeat", value: {} } });
  readonly #known: KnownHost | undefined;
  readonly #now: () => number;

  constructor(own: OwnHandshake, known: KnownHost | undefined, now: () => number) {
    this.first = [writeHandshake(own, now())];
    this.#known = known;
    this.#now = now;
  }

  read(item: SyncStreamItem): SyncStreamItem {
    return item;
  }

  accept({ action }: SyncStreamItem): HostHello {
    if (action.case === "handshake") return readHostHandshake(action.value, this.#known, this.#now());
    const what = `the host sent ${action.case ?? "an empty item"} before its handshake`;
    throw new ConnectError(what, Code.PermissionDenied);
  }

  create(init: MessageInitShape<typeof SyncStreamItemSchema>): SyncStreamItem {
    return create(SyncStreamItemSchema, init);
  }

  seal(item: SyncStreamItem): SyncStreamItem {
    return item;
  }

  sealBytes(bytes: Uint8Array): SyncStreamItem {
    return rawItem(bytes);
  }

  greeting(view: PeerView): SyncStreamItem[] {
    return greeting(view);
  }

  live(view: PeerView, event: OperationEvent): SyncStreamItem | undefined {
    return liveItem(view, event);
  }

  react(item: SyncStreamItem, view: PeerView): Reaction {
    return reactTo(item, view);
  }
}
