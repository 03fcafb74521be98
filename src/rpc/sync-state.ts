import { create } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  BackrestSyncStateService,
  ConnectionState,
  type PeerState,
  PeerStateSchema,
  type SyncStateStreamRequest,
} from "../../gen/v1sync/syncservice_pb.js";
import { callerName } from "../access/caller.js";
import type { PeerBoard } from "../connections/board.js";
import { HubError } from "../errors.js";
import type { PushDesk } from "../pushes/push-desk.js";
import { answered } from "./answered.js";
import { DirectStream } from "./direct-stream.js";
import { setRemoteClientConfig } from "./pushes.js";
import { closeOnAbort } from "./watch.js";

export interface SyncStateParts {
  readonly board: PeerBoard;
  readonly desk: PushDesk;
  /** At least one message goes out in this time, so that no proxy takes the stream for dead. */
  readonly keepAliveMs: number;
  readonly stallTimeoutMs: number;
}

/** `v1sync.BackrestSyncStateService`: the state of every peer, once or live. */
export function syncStateRoutes(router: ConnectRouter, parts: SyncStateParts): void {
  const { stallTimeoutMs } = parts;
  const live = new DirectStream({ schema: PeerStateSchema, message: (state: PeerState) => state, stallTimeoutMs });
  router.service(BackrestSyncStateService, {
    getPeerSyncStatesStream: (request: SyncStateStreamRequest, context: HandlerContext) =>
      request.subscribe ? live.pass(follow(parts, context.signal), context) : once(parts.board),
    setRemoteClientConfig: (request, { values }) =>
      answered(() => setRemoteClientConfig(parts.desk, request, callerName(values))),
  });
}

async function* once(board: PeerBoard): AsyncGenerator<PeerState> {
  yield* board.list();
}

async function* follow(parts: SyncStateParts, signal: AbortSignal): AsyncGenerator<PeerState> {
  const watcher = parts.board.watch();
  closeOnAbort(signal, watcher);
  try {
    if (parts.board.list().length === 0) yield keepAlive(parts.board);
    while (!watcher.closed) {
      const state = await watcher.next(parts.keepAliveMs);
      if (state !== undefined) yield state;
      else if (!watcher.closed) yield keepAlive(parts.board);
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  } finally {
    watcher.close();
  }
}

/** The contract has no keep-alive of its own: a state that the reader has already serves, or one without a key. */
function keepAlive(board: PeerBoard): PeerState {
  return (
    board.list()[0] ??
    create(PeerStateSchema, { state: ConnectionState.UNKNOWN, statusMessage: "no Backrest is known to this hub yet" })
  );
}
