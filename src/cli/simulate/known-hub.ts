import { readFileSync } from "node:fs";
import { createClient } from "@connectrpc/connect";
import { HubService } from "../../../gen/hub/v1/hub_pb.js";
import type { MachineOptions } from "../../client/simulate/machine.js";
import { readRunningHub } from "../../identity/running-hub.js";
import { call, type RunningTarget } from "../hub-connection.js";

/** What a machine has to know of its hub: where it is, who it is, and on this machine the certificate that it shows. */
export async function knownHub(hub: RunningTarget): Promise<Pick<MachineOptions, "url" | "knownHosts" | "ca">> {
  const { instanceId, ecdsaKeyid, ed25519Keyid } = await call(hub, (transport) =>
    createClient(HubService, transport).getIdentity({}),
  );
  const certificate = hub.paths === undefined ? undefined : readRunningHub(hub.paths)?.tlsCert;
  return {
    url: hub.url,
    knownHosts: { seed: { keyid: ecdsaKeyid, instanceId }, current: { keyid: ed25519Keyid, instanceId } },
    ...(certificate === undefined ? {} : { ca: readFileSync(certificate) }),
  };
}
