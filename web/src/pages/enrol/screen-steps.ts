import type { Labels } from "../../words/labels.js";
import type { Piece } from "../../words/pieces.js";
import type { Grants } from "./wishes.js";

/** A thing to do on the machine; what is to be copied there is shown beneath. */
export interface ScreenStep {
  readonly said: readonly Piece[];
  readonly copy?: "token" | "address" | "instanceId" | "keyId";
}

/** How a machine is given a token on Backrest's own screens. */
export function tokenSteps(labels: Labels, grants: Grants): readonly ScreenStep[] {
  const { knownHosts = "", fields, buttons } = labels;
  const { pairingToken = "", instanceUrl } = fields;
  return [
    named(labels),
    {
      said: [
        "Go to ",
        { path: knownHosts },
        ", press ",
        { ui: buttons.addKnownHost ?? "" },
        ". Paste into ",
        { ui: pairingToken },
        ":",
      ],
      copy: "token",
    },
    { said: ["Paste into ", { ui: instanceUrl }, WITH_SCHEME], copy: "address" },
    { said: ["Press ", { ui: buttons.pair ?? "" }, ". ", ...granted(labels)] },
    ...more(labels, grants),
    saved(labels, [
      { ui: buttons.pair ?? "" },
      " alone saves nothing. Reload that page before you change more there: pairing changes what it shows.",
    ]),
  ];
}

/** How a machine is told of the hub without a token: it knocks, and a person lets it in. */
export function knockSteps(labels: Labels, grants: Grants): readonly ScreenStep[] {
  const { knownHosts = "", fields, buttons } = labels;
  return [
    named(labels),
    {
      said: [
        "Go to ",
        { path: knownHosts },
        ", press ",
        { ui: buttons.addKnownHost ?? "" },
        ", leave ",
        { ui: fields.pairingToken ?? "" },
        " empty, and paste into ",
        { ui: fields.instanceUrl },
        WITH_SCHEME,
      ],
      copy: "address",
    },
    {
      said: ["Press ", { ui: buttons.add ?? "" }, ". Paste into ", { ui: fields.instanceId }, ":"],
      copy: "instanceId",
    },
    { said: ["Into ", { ui: fields.keyId }, ":"], copy: "keyId" },
    { said: granted(labels) },
    ...more(labels, grants),
    saved(labels, ["Then the machine knocks here, and you let it in."]),
  ];
}

/** Backrest takes an address without it, and never dials. */
const WITH_SCHEME = ", with its http:// or https:// (without it nothing connects, and nothing says so):";

/** Backrest saves an empty name, too, and never dials. */
function named({ general, fields }: Labels): ScreenStep {
  return {
    said: [
      "On the machine, open Backrest and go to ",
      { path: general },
      ". ",
      { ui: fields.instanceId },
      " must be filled: with an empty one nothing connects, and nothing says so. No other machine may have the same.",
    ],
  };
}

/** What it grants unasked. */
function granted({ permissions }: Labels): readonly Piece[] {
  return [
    "The permissions ",
    { ui: permissions.readOperations },
    " for ",
    { ui: permissions.allRepositories },
    ...(permissions.receiveSharedRepos === undefined ? [] : [" and ", { ui: permissions.receiveSharedRepos }]),
    " appear by themselves: leave them.",
  ];
}

function more({ fields, buttons, permissions }: Labels, { config, change }: Grants): readonly ScreenStep[] {
  if (!config && !change) return [];
  return [
    {
      said: [
        "Press ",
        { ui: buttons.addPermission ?? "" },
        " and choose ",
        { ui: permissions.readWriteConfig },
        " as ",
        { ui: fields.type ?? "" },
        " and ",
        { ui: permissions.allRepositories },
        " under ",
        { ui: fields.scopes ?? "" },
        ": for single repos no schedule comes.",
        ...(change ? [] : [" It lets the hub change them, too: Backrest’s screen has no permission only to see them."]),
      ],
    },
  ];
}

/** The last step: many stop at the message of the one before. */
function saved({ buttons }: Labels, then: readonly Piece[]): ScreenStep {
  return { said: ["Press ", { ui: buttons.save }, " at the bottom. ", ...then] };
}
