import { create, toJson } from "@bufbuild/protobuf";
import { Multihost_PeerSchema } from "../../../../gen/v1/config_pb.js";
import { type Grants, grantTypes } from "./wishes.js";

/** The hub as a machine has to know it. */
export interface HubAsHost {
  readonly instanceId: string;
  readonly keyid: string;
  /** Where the machine dials it. */
  readonly instanceUrl: string;
  /** Of the token; absent where a person lets the machine in. */
  readonly secret?: string;
}

/** The piece of a machine's `config.json` with which it joins, the same as `backrest-hub tokens create --client-config`. */
export function clientConfig({ instanceId, keyid, instanceUrl, secret }: HubAsHost, grants: Grants): string {
  const host = create(Multihost_PeerSchema, {
    instanceId,
    keyid,
    instanceUrl,
    // Scopes are written out: without them the grant would be worth nothing to Backrest 1.11 and 1.12.
    permissions: grantTypes(grants).map((type) => ({ type, scopes: ["*"] })),
    ...(secret === undefined ? {} : { initialPairingSecret: secret }),
  });
  return JSON.stringify({ sync: { knownHosts: [toJson(Multihost_PeerSchema, host)] } }, undefined, 2);
}
