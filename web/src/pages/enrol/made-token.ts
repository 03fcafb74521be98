import type { QueryClient } from "@tanstack/react-query";
import type { CreatePairingTokenResponse } from "../../../../gen/hub/v1/pairing_pb.js";

const KEY = "made-token";

/**
 * Keeps a token that this page made, by its id: in memory only, since a secret stands in no address and no storage. It
 * lies beside what was read from the hub, and is forgotten with it when somebody signs out.
 */
export function keepMade(client: QueryClient, id: string, made: CreatePairingTokenResponse): void {
  client.setQueryDefaults([KEY], { gcTime: Number.POSITIVE_INFINITY });
  client.setQueryData([KEY, id], made);
}

/** The token with its secret; undefined in another tab, and once the page was loaded anew. */
export function madeToken(client: QueryClient, id: string): CreatePairingTokenResponse | undefined {
  return client.getQueryData<CreatePairingTokenResponse>([KEY, id]);
}
