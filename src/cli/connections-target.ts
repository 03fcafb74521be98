import { type ConnectRouter, createClient } from "@connectrpc/connect";
import { ConnectionService, type ListRefusedResponse } from "../../gen/hub/v1/connections_pb.js";
import { answered } from "../rpc/answered.js";
import { refusedMessage } from "../rpc/refused-message.js";
import type { RunningTarget, StoppedTarget } from "./hub-connection.js";
import { onHub } from "./on-hub.js";
import type { StoppedHub } from "./stopped-hub.js";
import { stoppedTransport } from "./stopped-transport.js";

/** The refused connections of a hub, whether it runs or not. Methods reject with a HubError or a ConnectError. */
export interface RefusalsTarget {
  list(): Promise<ListRefusedResponse>;
  /** Resolves to how many entries there were. */
  forget(ids: readonly string[], all: boolean): Promise<number>;
}

/** Does the work on the running hub, or on its data directory when it does not run. */
export function withRefusals<T>(
  hub: RunningTarget | StoppedTarget,
  work: (refusals: RefusalsTarget) => Promise<T>,
): Promise<T> {
  return onHub(hub, { running: runningRefusals, stopped: stoppedRefusals }, work);
}

function runningRefusals({ transport }: Pick<RunningTarget, "transport">): RefusalsTarget {
  const client = createClient(ConnectionService, transport);
  return {
    list: () => client.listRefused({}),
    forget: async (ids, all) => (await client.forgetRefused({ ids: [...ids], all })).forgotten,
  };
}

function stoppedRefusals(hub: StoppedHub): RefusalsTarget {
  return runningRefusals({ transport: stoppedTransport(hub, (router) => stoppedRefusalsRoutes(router, hub)) });
}

/** The part of `hub.v1.ConnectionService` that is about what was, over the data directory of a hub that does not run. */
function stoppedRefusalsRoutes(router: ConnectRouter, { store }: StoppedHub): void {
  router.service(ConnectionService, {
    listRefused: () =>
      answered(async () => ({
        refused: (await store.listRefusals()).reverse().map((entry) => refusedMessage(entry, false)),
      })),
    forgetRefused: ({ ids, all }) =>
      answered(async () => {
        const kept = (await store.listRefusals()).map(({ id }) => id);
        const removed = all ? kept : kept.filter((id) => ids.includes(id));
        await store.saveRefusals({ put: [], removed });
        return { forgotten: removed.length };
      }),
  });
}
