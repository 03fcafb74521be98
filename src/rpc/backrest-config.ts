import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Config,
  ConfigSchema,
  type Multihost_PairingTokenSchema,
  type Multihost_PeerSchema,
} from "../../gen/v1/config_pb.js";
import type { Caller } from "../access/caller.js";
import { reaches } from "../access/roles.js";
import { MASK } from "../access/secret-text.js";
import { maskSecrets } from "../access/mask.js";
import type { Pairing } from "../connections/pairing.js";
import { currentKey } from "../connections/peer-status.js";
import type { PairingTokenRecord } from "../store/pairing.js";
import type { PeerRecord, Store } from "../store/store.js";
import { answered } from "./answered.js";

/** Who logs in with a password, as far as Backrest's page wants to know it. */
export interface LoginFacts {
  /** Names of the users; none means that nobody logs in that way. */
  userNames(): readonly string[];
}

export interface BackrestConfigParts {
  readonly store: Pick<Store, "listPeers">;
  readonly pairing: Pick<Pairing, "list">;
  readonly login: LoginFacts;
  readonly instanceId: string;
  /** The key that current machines know the hub by. */
  readonly identity: { readonly keyid: string; readonly ed25519pub: string };
}

/** The format of Backrest v1.13 and later. */
const CONFIG_VERSION = 6;

/**
 * `v1.Backrest/GetConfig`: what a Backrest's page must know of this instance to show its peers. A hub has no repos and no
 * plans; those of its machines stand in their states.
 */
export function getConfig(
  { store, pairing, login, instanceId, identity }: BackrestConfigParts,
  { name, role }: Pick<Caller, "name" | "role">,
): Promise<Config> {
  return answered(async () => {
    // What has an rpc of its own is shown to those who may call that.
    const [peers, tokens] = await Promise.all([store.listPeers(), reaches(role, "operator") ? pairing.list() : []]);
    const names = login.userNames();
    // The page wants to find somebody where there are users: whoever calls it.
    const users = names.length === 0 || reaches(role, "admin") ? names : [name];
    const config = create(ConfigSchema, {
      modno: 1,
      version: CONFIG_VERSION,
      instance: instanceId,
      auth: { disabled: names.length === 0, users: users.map((user) => ({ name: user })) },
      multihost: {
        identity: { keyid: identity.keyid, ed25519pub: identity.ed25519pub },
        authorizedClients: peers.filter(({ removedMs }) => removedMs === undefined).map(clientOf),
        pairingTokens: tokens.map(tokenOf),
      },
    });
    return maskSecrets(ConfigSchema, config);
  });
}

function clientOf(peer: PeerRecord): MessageInitShape<typeof Multihost_PeerSchema> {
  return {
    instanceId: peer.instanceId,
    keyid: currentKey(peer).keyid,
    keyidVerified: true,
    permissions: (peer.grants ?? []).map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
  };
}

function tokenOf(token: PairingTokenRecord): MessageInitShape<typeof Multihost_PairingTokenSchema> {
  return {
    // The hub keeps only a hash of it.
    secret: MASK,
    label: token.label,
    createdAtUnix: seconds(token.createdMs),
    expiresAtUnix: token.expiresMs === undefined ? 0n : seconds(token.expiresMs),
    maxUses: token.maxUses ?? 0,
    uses: token.uses,
    permissions: token.grants.map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
  };
}

function seconds(ms: number): bigint {
  return BigInt(Math.floor(ms / 1000));
}
