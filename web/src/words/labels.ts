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
  /** Where it shows its own key; absent where no screen does. */
  readonly identity?: string;
  /** Where it lists hubs; absent where no screen does and its configuration file is the way. */
  readonly knownHosts?: string;
  readonly fields: {
    readonly instanceId: string;
    readonly pairingToken?: string;
    readonly instanceUrl: string;
    readonly keyId: string;
  };
  readonly buttons: {
    readonly addKnownHost: string;
    /** With a token. */
    readonly pair?: string;
    /** Without one. */
    readonly add?: string;
    readonly addPermission: string;
    readonly save: string;
  };
  readonly permissions: {
    readonly readOperations: string;
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
  },
  buttons: {
    addKnownHost: "Add Known Host",
    pair: "Pair",
    add: "Add",
    addPermission: "Add Permission",
    save: "Save changes",
  },
  permissions: {
    readOperations: "Read Operations",
    readWriteConfig: "Edit Repo Configuration",
    receiveSharedRepos: "Receive shared repos",
    allRepositories: "All Repositories (*)",
  },
} as const;

/**
 * The newest first. Read from running programs of 1.11.0, 1.12.1, 1.13.0 and 1.14.1: the first two have no screen for
 * hubs at all, and what stands here for them is only ever a name for what their configuration file says.
 */
export const LABELS: readonly Labels[] = [
  { ...CURRENT, version: "1.14", name: "Backrest 1.14 and newer", tls: true },
  { ...CURRENT, version: "1.13", name: "Backrest 1.13", tls: false },
  {
    version: "1.12",
    name: "Backrest 1.11 and 1.12",
    joins: "approval",
    tls: false,
    general: "Settings › General",
    fields: { instanceId: "Instance ID", instanceUrl: "Instance URL", keyId: "Key ID" },
    buttons: { addKnownHost: "Add Known Host", addPermission: "Add Permission", save: "Save" },
    permissions: {
      readOperations: "Read Operations",
      readWriteConfig: "Edit Repo Configuration",
      allRepositories: "All Repositories (*)",
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

/** The labels of the Backrest that a machine seems to run, as the hub says it: `Backrest v1.14`. */
export function labelsOfClient(clientVersion: string): Labels {
  if (/v1\.1[12]\b/u.test(clientVersion)) return labelsOf("1.12");
  if (/v1\.13(?!\d| or)/u.test(clientVersion)) return labelsOf("1.13");
  return labelsOf(undefined);
}

/** `Settings › Multihost › Known Hosts › lindenhof › Add Permission`. */
export function permissionPath({ knownHosts, buttons }: Labels, hub: string): string | undefined {
  return knownHosts === undefined ? undefined : `${knownHosts} › ${hub} › ${buttons.addPermission}`;
}

/** Where a Backrest shows the log of an operation; alike from 1.11 to 1.14. */
export const LOG_LABELS = {
  plans: "Plans",
  repositories: "Repositories",
  listView: "List View",
  viewLogs: "View Logs",
} as const;
