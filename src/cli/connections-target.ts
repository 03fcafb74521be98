import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  ConnectionService,
  type ListRefusedResponse,
  ListRefusedResponseSchema,
} from "../../gen/hub/v1/connections_pb.js";
import { refusedMessage } from "../rpc/refused-message.js";
import type { RunningTarget, StoppedTarget } from "./hub-connection.js";
import { onHub } from "./on-hub.js";
import type { StoppedHub } from "./stopped-hub.js";

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

function runningRefusals({ transport }: RunningTarget): RefusalsTarget {
  const client = createClient(ConnectionService, transport);
  return {
    list: () => client.listRefused({}),
    forget: async (ids, all) => (await client.forgetRefused({ ids: [...ids], all })).forgotten,
  };
}

function stoppedRefusals({ store }: StoppedHub): RefusalsTarget {
  return {
    list: async () =>
      create(ListRefusedResponseSchema, { refused: (await store.listRefusals()).reverse().map(refusedMessage) }),
    forget: async (ids, all) => {
      const kept = (await store.listRefusals()).map(({ id }) => id);
      const removed = all ? kept : kept.filter((id) => ids.includes(id));
      await store.saveRefusals({ put: [], removed });
      return removed.length;
    },
  };
}
