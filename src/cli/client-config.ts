import { create, toJson } from "@bufbuild/protobuf";
import type { CreatePairingTokenResponse } from "../../gen/hub/v1/pairing_pb.js";
import { Multihost_PeerSchema, Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";

/**
 * The piece of a machine's Backrest `config.json` with which it pairs at its first connection. It grants the hub the
 * history, which is what monitoring needs, and nothing that holds secrets or changes the machine.
 * @param instanceUrl where the machine dials the hub
 */
export function clientConfig(created: CreatePairingTokenResponse, instanceUrl: string): object {
  const host = create(Multihost_PeerSchema, {
    instanceId: created.instanceId,
    keyid: created.keyid,
    instanceUrl,
    // Scopes are written out: without them the grant would be worth nothing to Backrest v1.11 and v1.12.
    permissions: [{ type: GrantType.PERMISSION_READ_OPERATIONS, scopes: ["*"] }],
    initialPairingSecret: created.secret,
  });
  return { sync: { knownHosts: [toJson(Multihost_PeerSchema, host)] } };
}
