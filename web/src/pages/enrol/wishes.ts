import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { CreatePairingTokenRequestSchema, PairingToken } from "../../../../gen/hub/v1/pairing_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../../../gen/v1/config_pb.js";

/** What a machine is asked to grant beyond its operations, and what it gets. */
export interface Grants {
  /** It shows its repos, plans and schedules, passwords included. */
  readonly config: boolean;
  /** The hub may change them, which includes to see them. */
  readonly change: boolean;
  /** The hub gives it shared repos, and it takes them. */
  readonly repos: boolean;
}

/** What a new token is for. */
export interface Wishes {
  readonly label: string;
  readonly ttlSeconds: number;
  /** 0 for any number. */
  readonly maxUses: number;
  /** Empty for any machine. */
  readonly forInstance: string;
  readonly grants: Grants;
}

export const NO_GRANTS: Grants = { config: false, change: false, repos: false };
export const FIRST_WISHES: Wishes = { label: "", ttlSeconds: 900, maxUses: 1, forInstance: "", grants: NO_GRANTS };

/** How long a token may be good. */
export const TIMES: readonly (readonly [seconds: number, words: string])[] = [
  [900, "15 minutes"],
  [3_600, "1 hour"],
  [86_400, "24 hours"],
  [604_800, "7 days"],
];
/** For how many machines. */
export const USES: readonly (readonly [uses: number, words: string])[] = [
  [1, "1"],
  [5, "5"],
  [10, "10"],
  [50, "50"],
  [0, "any number"],
];

export function requestOf(wishes: Wishes): MessageInitShape<typeof CreatePairingTokenRequestSchema> {
  const { label, ttlSeconds, maxUses, forInstance, grants } = wishes;
  return {
    label: label.trim(),
    ttl: { seconds: BigInt(ttlSeconds) },
    // A name belongs to one machine.
    maxUses: forInstance === "" ? maxUses : 1,
    ...(forInstance === "" ? {} : { forInstance }),
    // What the machine may do at the hub. What the hub may do there is granted on the machine.
    permissions: grants.repos ? [{ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] }] : [],
  };
}

/** The wishes that made a token: to make another like it. */
export function wishesOf(
  { label, createdAt, expiresAt, maxUses, forInstance = "" }: PairingToken,
  grants: Grants,
): Wishes {
  const bounded = createdAt !== undefined && expiresAt !== undefined;
  const ttlSeconds = bounded ? Math.round((timestampMs(expiresAt) - timestampMs(createdAt)) / 1_000) : 0;
  return { label, ttlSeconds, maxUses, forInstance, grants };
}

/** What the machine itself is to grant the hub, as it stands in its `config.json`. */
export function grantTypes({ config, change, repos }: Grants): readonly GrantType[] {
  return [
    GrantType.PERMISSION_READ_OPERATIONS,
    ...(config && !change ? [GrantType.PERMISSION_READ_CONFIG] : []),
    ...(change ? [GrantType.PERMISSION_READ_WRITE_CONFIG] : []),
    ...(repos ? [GrantType.PERMISSION_RECEIVE_SHARED_REPOS] : []),
  ];
}

/** As it stands in an address: `config,repos`. */
export function grantsText(grants: Grants): string {
  return (["config", "change", "repos"] as const).filter((name) => grants[name]).join(",");
}

/** What an address says; words that it cannot say are left out. */
export function readGrants(text: string | null): Grants {
  const names = new Set((text ?? "").split(","));
  return { config: names.has("config"), change: names.has("change"), repos: names.has("repos") };
}

/** `sends operations and its configuration, gets shared repos`. */
export function grantsWords({ config, change, repos }: Grants): string {
  const sends = config || change ? "sends operations and its configuration" : "sends operations";
  return [sends, ...(change ? ["may be changed from here"] : []), ...(repos ? ["gets shared repos"] : [])].join(", ");
}

/** The command that makes the same token. */
export function tokenCommand({ label, ttlSeconds, maxUses, forInstance, grants }: Wishes, address: string): string {
  const oneUse = forInstance !== "" || maxUses === 1;
  return [
    "backrest-hub tokens create --client-config",
    `--url ${shellWord(address)}`,
    ...(label.trim() === "" ? [] : [`--label ${shellWord(label.trim())}`]),
    ...(ttlSeconds === 900 ? [] : [`--ttl ${ttlSeconds === 0 ? 0 : `${ttlSeconds}s`}`]),
    ...(oneUse ? [] : [`--max-uses ${maxUses}`]),
    ...(forInstance === "" ? [] : [`--for ${shellWord(forInstance)}`]),
    ...(grants.config && !grants.change ? ["--with-config"] : []),
    ...(grants.change ? ["--with-changes"] : []),
    ...(grants.repos ? ["--with-shared-repos"] : []),
  ].join(" ");
}

function shellWord(text: string): string {
  return /^[\w.@%+=:,/-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
