import type { Labels } from "../../words/labels.js";

/** A piece of a sentence: plain text, a way through Backrest's screens, a label there, or something to type. */
export type Piece = string | { readonly path: string } | { readonly ui: string } | { readonly code: string };

/** The exact clicks with which a machine grants the hub something; the end of a sentence. */
export function grantClicks(labels: Labels, hub: string, permission: keyof Labels["permissions"]): readonly Piece[] {
  const { knownHosts, buttons, permissions } = labels;
  const label = permissions[permission];
  if (knownHosts === undefined || label === undefined) {
    return [
      "on that machine stop Backrest, add ",
      { code: `{ "type": "${TYPES[permission]}", "scopes": ["*"] }` },
      " to the permissions of this hub in its config.json, and start it.",
    ];
  }
  return [
    "on that machine open ",
    { path: `${knownHosts} › ${hub}` },
    ", press ",
    { ui: buttons.addPermission },
    ", choose ",
    { ui: label },
    // This one is for all of them; there is nothing to choose.
    ...(permission === "receiveSharedRepos" ? [] : [" for ", { ui: permissions.allRepositories }]),
    ", and press ",
    { ui: buttons.save },
    ".",
  ];
}

const TYPES: Readonly<Record<keyof Labels["permissions"], string>> = {
  readOperations: "PERMISSION_READ_OPERATIONS",
  readWriteConfig: "PERMISSION_READ_WRITE_CONFIG",
  receiveSharedRepos: "PERMISSION_RECEIVE_SHARED_REPOS",
  allRepositories: "*",
};

/** As one text, for tests and for who copies. */
export function plainText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : Object.values(piece).join(""))).join("");
}
