import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  ConnectionService,
  type ConnectionSchema,
  type WatchRefusedResponseSchema,
} from "../../gen/hub/v1/connections_pb.js";
import { kConnection } from "../request-context.js";
import { HubError } from "../errors.js";
import { clientVersion } from "../connections/client-version.js";
import { claimedText } from "../connections/claimed-text.js";
import type { RefusalChange } from "../connections/refusal-watcher.js";
import type { Refusals } from "../connections/refusals.js";
import type { SessionView } from "../session/session.js";
import { answered } from "./answered.js";
import { generationMessage, refusedMessage } from "./refused-message.js";
import { closeOnAbort, cutWhenStalled } from "./watch.js";

export interface ConnectionsRoutesParts {
  /** The sessions that are peers' now. */
  readonly sessions: () => readonly SessionView[];
  /** Streams that nobody has proven to be a peer's yet. */
  readonly opening: () => number;
  /** Whether a session of this key is open. */
  readonly isConnected: (keyid: string) => boolean;
  readonly refusals: Refusals;
  /** At least one message goes out in this time, so that no proxy takes the stream for dead. */
  readonly keepAliveMs: number;
  readonly stallTimeoutMs: number;
}

/** `hub.v1.ConnectionService`: who is connected, and who is not and why. */
export function connectionsRoutes(router: ConnectRouter, parts: ConnectionsRoutesParts): void {
  const { sessions, opening, isConnected, refusals, stallTimeoutMs } = parts;
  router.service(ConnectionService, {
    listConnections: () => ({ connections: byInstance(sessions()).map(connectionMessage), opening: opening() }),
    listRefused: () => ({
      refused: refusals.list().map((entry) => refusedMessage(entry, isConnected(entry.keyid))),
    }),
    watchRefused: (_request, context) =>
      cutWhenStalled(follow(parts, context.signal), context.values.get(kConnection), stallTimeoutMs),
    forgetRefused: ({ ids, all }) =>
      answered(async () => {
        if (all === ids.length > 0) throw new HubError("invalid_argument", "say which entries: their ids, or all");
        return { forgotten: refusals.forget(all ? "all" : ids) };
      }),
  });
}

async function* follow(
  { refusals, isConnected, keepAliveMs }: ConnectionsRoutesParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof WatchRefusedResponseSchema>> {
  const watcher = refusals.watch();
  closeOnAbort(signal, watcher);
  try {
    while (!watcher.closed) {
      const change = await watcher.next(keepAliveMs);
      if (change !== undefined) yield { change: refusalChangeMessage(change, isConnected) };
      else if (!watcher.closed) yield {};
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  } finally {
    watcher.close();
  }
}

type Change = NonNullable<MessageInitShape<typeof WatchRefusedResponseSchema>["change"]>;

export function refusalChangeMessage({ id, entry }: RefusalChange, isConnected: (keyid: string) => boolean): Change {
  return entry === undefined
    ? { case: "forgottenId", value: id }
    : { case: "refused", value: refusedMessage(entry, isConnected(entry.keyid)) };
}

function byInstance(sessions: readonly SessionView[]): SessionView[] {
  return sessions.toSorted((a, b) => ((a.instanceId ?? "") < (b.instanceId ?? "") ? -1 : 1));
}

function connectionMessage(session: SessionView): MessageInitShape<typeof ConnectionSchema> {
  return {
    instanceId: session.instanceId ?? "",
    keyid: session.keyid ?? "",
    remoteAddress: session.address,
    since: timestampFromMs(session.sinceMs),
    generation: generationMessage(session.generation),
    clientVersion: clientVersion(session.userAgent, session.generation),
    userAgent: claimedText(session.userAgent),
    bytesReceived: BigInt(session.bytes),
    operationsReceived: BigInt(session.operations),
    encrypted: session.encrypted,
  };
}
