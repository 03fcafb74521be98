/** What a Backrest calls things on its own screens. Read from running programs; a label that a version has not is absent. */
export interface Labels {
  /** As a person says it, and as it stands in an address: `1.14`. */
  readonly version: string;
  /** Versions that are alike: `Backrest 1.11 and 1.12`. */
  readonly name: string;
  /** How a machine joins: with a token, or by a person who compares keys. */
  readonly joins: "token" | "approval";
  /** Whether it speaks TLS to an `https://` address. */
  readonly tls: boolean;
  /** Where it has the instance ID. */
  readonly general: string;
  /** Where it shows its own key, and under which name where that is one of several. */
  readonly identity: string;
  readonly identityKey?: string;
  /** Where it lists hubs; absent where no screen does and its configuration file is the way. */
  readonly knownHosts?: string;
  readonly fields: {
    readonly instanceId: string;
    readonly pairingToken?: string;
    readonly instanceUrl: string;
    readonly keyId: string;
    /** Of a permission. */
    readonly type?: string;
    readonly scopes?: string;
  };
  readonly buttons: {
    readonly addKnownHost?: string;
    /** With a token. */
    readonly pair?: string;
    /** Without one. */
    readonly add?: string;
    readonly addPermission?: string;
    /** An icon at a hub's card, a minus; this is its accessible name. */
    readonly remove?: string;
    readonly save: string;
  };
  /** As its screen offers them, or as its configuration file has them where no screen does. */
  readonly permissions: {
    readonly readOperations: string;
    /** To see the configuration without changing it; absent where only the configuration file can grant that. */
    readonly readConfig?: string;
    readonly readWriteConfig: string;
    readonly receiveSharedRepos?: string;
    readonly allRepositories: string;
  };
}

const CURRENT = {
  joins: "token",
  general: "Settings › General",
  identity: "Settings › Multihost › Multihost Identity",
  knownHosts: "Settings › Multihost › Known Hosts",
  fields: {
    instanceId: "Instance ID",
    pairingToken: "Pairing Token (optional)",
    instanceUrl: "Instance URL",
    keyId: "Key ID",
    type: "Type",
    scopes: "Scopes",
  },
  buttons: {
    addKnownHost: "Add Known Host",
    pair: "Pair",
    add: "Add",
    addPermission: "Add Permission",
    remove: "Remove",
    save: "Save changes",
  },
  permissions: {
    readOperations: "Read Operations",
    readWriteConfig: "Edit Repo Configuration",
    receiveSharedRepos: "Receive shared repos",
    allRepositories: "All Repositories (*)",
  },
} as const;

/** The newest first. Read from running programs of 1.11.0, 1.12.1, 1.13.0 and 1.14.1: the first two have no screen for hubs. */
export const LABELS: readonly Labels[] = [
  { ...CURRENT, version: "1.14", name: "Backrest 1.14 and newer", tls: true },
  { ...CURRENT, version: "1.13", name: "Backrest 1.13", tls: false },
  {
    version: "1.12",
    name: "Backrest 1.11 and 1.12",
    joins: "approval",
    tls: false,
    general: "Settings",
    identity: "Settings › Preview",
    identityKey: "multihost.identity.keyid",
    fields: { instanceId: "Instance ID", instanceUrl: "instanceUrl", keyId: "keyId" },
    buttons: { save: "Save" },
    permissions: {
      readOperations: "PERMISSION_READ_OPERATIONS",
      readConfig: "PERMISSION_READ_CONFIG",
      readWriteConfig: "PERMISSION_READ_WRITE_CONFIG",
      allRepositories: "*",
    },
  },
];

/** The labels of a version, of the newest one where it is not known. */
export function labelsOf(version: string | null | undefined): Labels {
  const [newest] = LABELS;
  const found = LABELS.find((labels) => labels.version === version) ?? newest;
  if (found === undefined) throw new Error("there are no labels");
  return found;
}

/** The labels of the Backrest that has a key: versions before 1.13 have another kind of key. */
export function labelsOfKey(keyid: string): Labels {
  return labelsOf(keyid.startsWith("ecdsa.") ? "1.12" : undefined);
}

/** The labels of the Backrest that a machine seems to run, as the hub says it: `Backrest v1.14`. */
export function labelsOfClient(clientVersion: string): Labels {
  if (/v1\.1[12]\b/u.test(clientVersion)) return labelsOf("1.12");
  if (/v1\.13(?!\d| or)/u.test(clientVersion)) return labelsOf("1.13");
  return labelsOf(undefined);
}

/** `Settings › Multihost › Known Hosts › lindenhof › Add Permission`. */
export function permissionPath({ knownHosts, buttons }: Labels, hub: string): string | undefined {
  if (knownHosts === undefined || buttons.addPermission === undefined) return undefined;
  return `${knownHosts} › ${hub} › ${buttons.addPermission}`;
}

/** Where a Backrest shows the log of an operation; alike from 1.11 to 1.14. */
export const LOG_LABELS = {
  plans: "Plans",
  repositories: "Repositories",
  listView: "List View",
  viewLogs: "View Logs",
} as const;
