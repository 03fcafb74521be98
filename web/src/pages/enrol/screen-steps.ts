import type { Labels } from "../../words/labels.js";
import type { Piece } from "./pieces.js";
import type { Grants } from "./wishes.js";

/** A thing to do on the machine; what is to be copied there is shown beneath. */
export interface ScreenStep {
  readonly said: readonly Piece[];
  readonly copy?: "token" | "address" | "instanceId" | "keyId";
}

/** How a machine is given a token on Backrest's own screens. */
export function tokenSteps(labels: Labels, grants: Grants): readonly ScreenStep[] {
  const { general, knownHosts = "", fields, buttons, permissions } = labels;
  const { pairingToken = "", instanceUrl, instanceId } = fields;
  return [
    {
      said: [
        "On the machine, open Backrest and go to ",
        { path: general },
        ". ",
        { ui: instanceId },
        " must be filled, and no other machine may have the same.",
      ],
    },
    {
      said: [
        "Go to ",
        { path: knownHosts },
        ", press ",
        { ui: buttons.addKnownHost },
        ". Paste into ",
        { ui: pairingToken },
        ":",
      ],
      copy: "token",
    },
    { said: ["Enter into ", { ui: instanceUrl }, ":"], copy: "address" },
    {
      said: [
        "Press ",
        { ui: buttons.pair ?? buttons.save },
        ", leave the permissions that appear (",
        { ui: permissions.readOperations },
        ...(permissions.receiveSharedRepos === undefined ? [] : [", ", { ui: permissions.receiveSharedRepos }]),
        ") as they are",
        ...more(labels, grants),
        ", and press ",
        { ui: buttons.save },
        ".",
      ],
    },
  ];
}

/** How a machine is told of the hub without a token: it knocks, and a person lets it in. */
export function knockSteps(labels: Labels, grants: Grants): readonly ScreenStep[] {
  const { general, knownHosts = "", fields, buttons, permissions } = labels;
  return [
    {
      said: [
        "On the machine, open Backrest and go to ",
        { path: general },
        ". ",
        { ui: fields.instanceId },
        " must be filled, and no other machine may have the same.",
      ],
    },
    {
      said: [
        "Go to ",
        { path: knownHosts },
        ", press ",
        { ui: buttons.addKnownHost },
        ", leave ",
        { ui: fields.pairingToken ?? "" },
        " empty, and enter into ",
        { ui: fields.instanceUrl },
        ":",
      ],
      copy: "address",
    },
    {
      said: ["Press ", { ui: buttons.add ?? "" }, ". Enter into ", { ui: fields.instanceId }, ":"],
      copy: "instanceId",
    },
    { said: ["Into ", { ui: fields.keyId }, ":"], copy: "keyId" },
    {
      said: [
        "Leave the permissions that appear (",
        { ui: permissions.readOperations },
        ...(permissions.receiveSharedRepos === undefined ? [] : [", ", { ui: permissions.receiveSharedRepos }]),
        ") as they are",
        ...more(labels, grants),
        ", and press ",
        { ui: buttons.save },
        ". The machine knocks here, and you let it in.",
      ],
    },
  ];
}

function more({ buttons, permissions }: Labels, { config, change }: Grants): readonly Piece[] {
  if (!config && !change) return [];
  return [
    ", press ",
    { ui: buttons.addPermission },
    " and choose ",
    { ui: permissions.readWriteConfig },
    " for ",
    { ui: permissions.allRepositories },
    ...(change ? [] : [" (which lets the hub change it, too: Backrest’s screen has no permission only to see it)"]),
  ];
}
