import type { Labels } from "./labels.js";

/** A piece of a sentence: plain text, a way through Backrest's screens, a label there, or something to type. */
export type Piece = string | { readonly path: string } | { readonly ui: string } | { readonly code: string };

/** What a machine grants; `readConfig` is to see its configuration, which most screens offer only with changing it. */
export type Granted = "readOperations" | "readConfig" | "readWriteConfig" | "receiveSharedRepos";

/** The exact clicks with which a machine grants the hub something; the end of a sentence. */
export function grantClicks(labels: Labels, hub: string, granted: Granted): readonly Piece[] {
  const { knownHosts, buttons, fields, permissions } = labels;
  const label = grantLabel(labels, granted);
  if (knownHosts === undefined) {
    return [
      "on that machine stop Backrest, add ",
      { code: `{ "type": "${label}", "scopes": ["*"] }` },
      " to the permissions of this hub in its config.json, and start it.",
    ];
  }
  const [type, scopes, add] = [
    { ui: fields.type ?? "" },
    { ui: fields.scopes ?? "" },
    { ui: buttons.addPermission ?? "" },
  ];
  const all = { ui: permissions.allRepositories };
  const clicks: readonly Piece[] =
    granted === "readOperations"
      ? // Pairing has put it there; of two grants of a type the last one counts.
        [", tick ", all, " under ", scopes, " of ", { ui: label }, " (", add, " where it is missing)"]
      : granted === "receiveSharedRepos"
        ? // This one is for all of them; there is nothing to choose.
          [", press ", add, ", choose ", { ui: label }]
        : [", press ", add, ", choose ", { ui: label }, " as ", type, " and ", all, " under ", scopes];
  return [
    "on that machine open ",
    { path: `${knownHosts} › ${hub}` },
    ...clicks,
    ", and press ",
    { ui: buttons.save },
    ".",
  ];
}

/** What its screen, or its configuration file, calls what it grants. */
export function grantLabel({ permissions }: Labels, granted: Granted): string {
  return permissions[granted] ?? permissions.readWriteConfig;
}

/** When a machine that was refused comes back, and what makes it try at once; whole sentences. */
export function nextTry({ joins, general, buttons }: Labels): readonly Piece[] {
  const when = "It comes 60 to 180 s after its knock, later when it has knocked often. To have it at once, ";
  return joins === "approval"
    ? [when, "press ", { ui: buttons.save }, " in its ", { path: general }, ", with nothing changed."]
    : [when, "restart its Backrest: without a change its ", { ui: buttons.save }, " cannot be pressed."];
}

/** How another token takes the place of one that is worth nothing; whole sentences. */
export function replaceToken({ knownHosts = "", buttons }: Labels): readonly Piece[] {
  return [
    "A token cannot be replaced there: under ",
    { path: knownHosts },
    " remove this hub (",
    { ui: buttons.remove ?? "" },
    ", a minus), press ",
    { ui: buttons.addKnownHost ?? "" },
    ", paste the new one, and press ",
    { ui: buttons.save },
    ".",
  ];
}

/** As one text, for tests and for who copies. */
export function plainText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : Object.values(piece).join(""))).join("");
}
