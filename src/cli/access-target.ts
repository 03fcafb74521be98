import { type Client, createClient } from "@connectrpc/connect";
import { pino } from "pino";
import { AccessService } from "../../gen/hub/v1/access_pb.js";
import { openAccess } from "../access/access.js";
import { createSealer } from "../access/sealing.js";
import { GuessLimit } from "../connections/guess-limit.js";
import { parseNetworks } from "../networks.js";
import { NOBODY_TOLD } from "../notices.js";
import { accessRoutes } from "../rpc/access.js";
import type { CliContext } from "./context.js";
import { findHub, type TargetOptions } from "./hub-connection.js";
import { onHub } from "./on-hub.js";
import type { StoppedHub } from "./stopped-hub.js";
import { stoppedTransport } from "./stopped-transport.js";

export type AccessClient = Client<typeof AccessService>;

/** Does the work on the running hub, or on its data directory when it does not run. */
export async function withAccess<T>(
  options: TargetOptions,
  context: CliContext,
  work: (access: AccessClient) => Promise<T>,
): Promise<T> {
  return onHub(
    await findHub(options, context),
    {
      running: ({ transport }) => Promise.resolve(createClient(AccessService, transport)),
      stopped: stoppedAccess,
    },
    async (client) => work(await client),
  );
}

async function stoppedAccess(hub: StoppedHub): Promise<AccessClient> {
  const { store, sealingKey } = hub;
  const access = await openAccess({
    store,
    sealer: createSealer(sealingKey),
    adminToken: "",
    singleSignOn: { proxies: parseNetworks([]), userHeader: "x-none", groupsHeader: "x-none", roles: [] },
    tries: new GuessLimit(),
    lists: NOBODY_TOLD,
    logger: pino({ level: "silent" }),
    now: Date.now,
    monotonicMs: () => performance.now(),
  });
  return createClient(
    AccessService,
    stoppedTransport(hub, (router) => accessRoutes(router, { ...access, store, now: Date.now, singleSignOn: false })),
  );
}
