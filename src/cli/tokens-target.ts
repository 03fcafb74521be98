import type { MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  type CreatePairingTokenRequestSchema as RequestSchema,
  type CreatePairingTokenResponse,
  type ListPairingTokensResponse,
  PairingService,
  type PairingToken,
} from "../../gen/hub/v1/pairing_pb.js";
import { GuessLimit } from "../connections/guess-limit.js";
import { Pairing } from "../connections/pairing.js";
import { HubError } from "../errors.js";
import { pairingRoutes } from "../rpc/pairing.js";
import type { RunningTarget, StoppedTarget } from "./hub-connection.js";
import { onHub } from "./on-hub.js";
import type { StoppedHub } from "./stopped-hub.js";
import { stoppedTransport } from "./stopped-transport.js";

export type TokenRequest = MessageInitShape<typeof RequestSchema>;

/** The pairing tokens of a hub, whether it runs or not. Methods reject with a HubError or a ConnectError. */
export interface TokensTarget {
  create(request: TokenRequest): Promise<CreatePairingTokenResponse>;
  list(): Promise<ListPairingTokensResponse>;
  revoke(id: bigint): Promise<PairingToken>;
}

/** Does the work on the running hub, or on its data directory when it does not run. */
export function withTokens<T>(
  hub: RunningTarget | StoppedTarget,
  work: (tokens: TokensTarget) => Promise<T>,
): Promise<T> {
  return onHub(hub, { running: runningTokens, stopped: stoppedTokens }, work);
}

function runningTokens({ transport }: Pick<RunningTarget, "transport">): TokensTarget {
  const client = createClient(PairingService, transport);
  return {
    create: (request) => client.createPairingToken(request),
    list: () => client.listPairingTokens({}),
    revoke: async (id) => {
      const { token } = await client.revokePairingToken({ id });
      if (token === undefined) throw new HubError("internal", "the hub did not say what became of the token");
      return token;
    },
  };
}

function stoppedTokens(hub: StoppedHub): TokensTarget {
  const { store, identity } = hub;
  const pairing = new Pairing({
    store,
    guesses: new GuessLimit(),
    own: { instanceId: identity.instanceId, keyid: identity.ed25519.keyid },
    now: Date.now,
    monotonicMs: () => performance.now(),
    onPaired: () => {},
  });
  return runningTokens({
    transport: stoppedTransport(hub, (router) => pairingRoutes(router, { pairing, now: Date.now })),
  });
}
