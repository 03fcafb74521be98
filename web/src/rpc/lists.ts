import type { DescMethodUnary } from "@bufbuild/protobuf";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";
import { AccessService } from "../../../gen/hub/v1/access_pb.js";
import { BoardList } from "../../../gen/hub/v1/board_pb.js";
import { HistoryService } from "../../../gen/hub/v1/history_pb.js";
import { PairingService } from "../../../gen/hub/v1/pairing_pb.js";
import { PeersService } from "../../../gen/hub/v1/peers_pb.js";
import { PushService } from "../../../gen/hub/v1/pushes_pb.js";

const METHODS: Readonly<Partial<Record<BoardList, readonly DescMethodUnary[]>>> = {
  [BoardList.PEERS]: [PeersService.method.listPeers],
  [BoardList.PAIRING_TOKENS]: [PairingService.method.listPairingTokens],
  [BoardList.PUSHES]: [
    PushService.method.listPushes,
    PushService.method.listSharedRepos,
    PushService.method.getPermissions,
  ],
  [BoardList.SHARED_REPOS]: [PushService.method.listSharedRepos],
  [BoardList.ACCESS]: [
    // Somebody may have another role than before.
    AccessService.method.getSignIn,
    AccessService.method.listUsers,
    AccessService.method.listAccessTokens,
    AccessService.method.listAuditEvents,
  ],
};

/** The key of what machines show of themselves: a stream that is read to its end, so no rpc of connect-query. */
export const PEER_STATES_KEY = ["peer-states"] as const;

/** Has everything read anew of which the stream tells changes: they may have come before the page followed it. */
export async function readWhatChanges(client: QueryClient): Promise<void> {
  const { ACCESS, PAIRING_TOKENS, PEERS, PEER_STATES, PUSHES } = BoardList;
  const operations = createConnectQueryKey({ schema: HistoryService.method.listOperations, cardinality: undefined });
  await Promise.all([
    readAnew(client, [ACCESS, PAIRING_TOKENS, PEERS, PEER_STATES, PUSHES]),
    client.invalidateQueries({ queryKey: operations }),
  ]);
}

/** Has what is shown of a list read anew. */
export async function readAnew(client: QueryClient, lists: readonly BoardList[]): Promise<void> {
  const keys: (readonly unknown[])[] = lists
    .flatMap((list) => METHODS[list] ?? [])
    .map((schema) => createConnectQueryKey({ schema, cardinality: undefined }));
  if (lists.includes(BoardList.PEER_STATES)) keys.push(PEER_STATES_KEY);
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
}
