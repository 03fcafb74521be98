import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  BoardList,
  BoardService,
  type WatchBoardResponse,
  WatchBoardResponseSchema,
} from "../../gen/hub/v1/board_pb.js";
import { OperationEventSchema } from "../../gen/v1/operations_pb.js";
import type { FleetBoard } from "../connections/fleet-board.js";
import type { FleetChange } from "../connections/fleet-watcher.js";
import type { RefusalChange } from "../connections/refusal-watcher.js";
import type { Refusals } from "../connections/refusals.js";
import { HubError } from "../errors.js";
import type { OperationFeed } from "../history/feed.js";
import type { ListName, Notices } from "../notices.js";
import { refusalChangeMessage } from "./connections.js";
import { DirectStream } from "./direct-stream.js";
import { fleetChangeMessage } from "./fleet.js";
import { MergedWatch } from "./merged-watch.js";
import { type Pace, PacedOperations } from "./paced-operations.js";
import { rawMessage } from "./raw-message.js";
import { closeOnAbort } from "./watch.js";

export interface BoardRoutesParts {
  readonly feed: OperationFeed;
  readonly fleet: FleetBoard;
  readonly refusals: Refusals;
  /** Whether a session of this key is open. */
  readonly isConnected: (keyid: string) => boolean;
  readonly notices: Notices;
  readonly pace: Pace;
  /** At least one message goes out in this time, so that no proxy takes the stream for dead. */
  readonly keepAliveMs: number;
  readonly stallTimeoutMs: number;
}

const ALIVE = { alive: true } as const;

/** Operations are the bytes of an event. What readers share is the same object for all of them. */
type BoardItem = Uint8Array | FleetChange | RefusalChange | ReadonlySet<ListName> | typeof ALIVE;

const BOARD_LISTS: Readonly<Record<ListName, BoardList>> = {
  peers: BoardList.PEERS,
  "pairing-tokens": BoardList.PAIRING_TOKENS,
  pushes: BoardList.PUSHES,
  "shared-repos": BoardList.SHARED_REPOS,
  access: BoardList.ACCESS,
  "peer-states": BoardList.PEER_STATES,
};

/** `hub.v1.BoardService`: everything that a page shows live, in one stream. */
export function boardRoutes(router: ConnectRouter, parts: BoardRoutesParts): void {
  const message = (item: BoardItem, json: boolean) => messageOf(item, json, parts.isConnected);
  const live = new DirectStream({
    schema: WatchBoardResponseSchema,
    message,
    bytes: (item: BoardItem) =>
      item instanceof Uint8Array ? operationsBytes(item) : toBinary(WatchBoardResponseSchema, message(item, false)),
    stallTimeoutMs: parts.stallTimeoutMs,
  });
  router.service(BoardService, {
    watchBoard: (_request: unknown, context: HandlerContext) => live.pass(follow(parts, context.signal), context),
  });
}

/** The first message goes out at once: whoever reads lists when it comes misses nothing behind it. */
async function* follow(parts: BoardRoutesParts, signal: AbortSignal): AsyncGenerator<BoardItem> {
  const { feed, fleet, refusals, notices, pace, keepAliveMs } = parts;
  const merged = new MergedWatch<BoardItem>();
  closeOnAbort(signal, merged);
  try {
    const operations = new PacedOperations(feed.watch(), pace);
    for (const source of [operations, refusals.watch(), notices.watch()]) merged.add(source);
    await operations.ready();
    yield ALIVE;
    // A large fleet takes a moment to put into words: the first message is to be on its way by then.
    await new Promise((resolve) => setImmediate(resolve));
    // After a start the verdicts take a moment, which nothing else waits for.
    void fleet.ready().then(() => merged.closed || merged.add(fleet.watch()));
    while (!merged.closed) {
      const item = await merged.next(keepAliveMs);
      if (!merged.closed) yield item ?? ALIVE;
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  } finally {
    merged.close();
  }
}

function messageOf(item: BoardItem, json: boolean, isConnected: (keyid: string) => boolean): WatchBoardResponse {
  if (item instanceof Uint8Array && !json) return rawMessage(WatchBoardResponseSchema, operationsBytes(item), false);
  const change = changeOf(item, isConnected);
  return create(WatchBoardResponseSchema, change === undefined ? {} : { change });
}

function changeOf(
  item: BoardItem,
  isConnected: (keyid: string) => boolean,
): MessageInitShape<typeof WatchBoardResponseSchema>["change"] {
  if (item instanceof Uint8Array) return { case: "operations", value: fromBinary(OperationEventSchema, item) };
  if (item instanceof Set)
    return { case: "lists", value: { lists: [...item].map((list: ListName) => BOARD_LISTS[list]) } };
  if ("machines" in item) return { case: "fleet", value: fleetChangeMessage(item) };
  if ("id" in item) return { case: "refused", value: { change: refusalChangeMessage(item, isConnected) } };
  return undefined;
}

/** A `WatchBoardResponse` around an event that is encoded already. */
function operationsBytes(event: Uint8Array): Uint8Array {
  const { number } = WatchBoardResponseSchema.field.operations;
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(event).finish();
}
