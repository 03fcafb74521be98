import { create, toJson } from "@bufbuild/protobuf";
import type { CreatePairingTokenResponse } from "../../gen/hub/v1/pairing_pb.js";
import { Multihost_PeerSchema, Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";

export interface ClientConfigWishes {
  /** Where the machine dials the hub. */
  readonly instanceUrl: string;
  /** The machine shows its repos and plans too. Their passwords come along: Backrest knows no grant without them. */
  readonly withConfig: boolean;
}

/**
 * The piece of a machine's Backrest `config.json` with which it pairs at its first connection. It grants the hub the
 * history, which is what monitoring needs, and nothing that changes the machine.
 */
export function clientConfig(created: CreatePairingTokenResponse, wishes: ClientConfigWishes): object {
  const { instanceUrl, withConfig } = wishes;
  const types = [GrantType.PERMISSION_READ_OPERATIONS, ...(withConfig ? [GrantType.PERMISSION_READ_CONFIG] : [])];
  const host = create(Multihost_PeerSchema, {
    instanceId: created.instanceId,
    keyid: created.keyid,
    instanceUrl,
    // Scopes are written out: without them the grant would be worth nothing to Backrest v1.11 and v1.12.
    permissions: types.map((type) => ({ type, scopes: ["*"] })),
    initialPairingSecret: created.secret,
  });
  return { sync: { knownHosts: [toJson(Multihost_PeerSchema, host)] } };
}
