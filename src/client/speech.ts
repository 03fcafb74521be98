import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Code } from "@connectrpc/connect";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import type {
  SyncStreamItem,
  SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { HostHello } from "./handshake.js";
import type { PeerView } from "./reaction.js";

/** What a peer does about an item of its host. */
export type Reaction<Item = SyncStreamItem> =
  | { readonly do: "send"; readonly items: Iterable<Item> }
  | { readonly do: "pause"; readonly ms: number }
  | { readonly do: "configure"; readonly change: SetConfig }
  | { readonly do: "nothing" }
  | { readonly do: "give-up"; readonly code: Code; readonly message: string };

/** What a peer of one generation says and understands, for one session. */
export interface PeerSpeech<Item = SyncStreamItem, Init = MessageInitShape<typeof SyncStreamItemSchema>> {
  /** Goes out at once, as it is. */
  readonly first: readonly SyncStreamItem[] | Promise<readonly SyncStreamItem[]>;
  /**
   * What came. Nothing where it was part of the opening, to which `say` answers.
   * @throws ConnectError
   */
  read(item: SyncStreamItem, say: (item: Item) => void): Item | undefined | Promise<Item | undefined>;
  /**
   * Takes the first item that was read for the host's handshake and checks it.
   * @throws ConnectError `permission_denied`
   */
  accept(item: Item): HostHello;
  create(init: Init): Item;
  /** At the moment when the item enters the stream, in the stream's order. */
  seal(item: Item): SyncStreamItem;
  /** Seals bytes in the place of an item. */
  sealBytes(bytes: Uint8Array): SyncStreamItem;
  readonly heartbeat: Item;
  greeting(view: PeerView): Item[];
  live(view: PeerView, event: OperationEvent): Item | undefined;
  react(item: Item, view: PeerView): Reaction<Item>;
}
