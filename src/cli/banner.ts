import { hostname } from "node:os";
import type { HubConfig } from "../config.js";
import type { DataDirectory } from "../identity/data-directory.js";
import { isLoopback } from "../networks.js";
import { identityText } from "./identity.js";

export interface BannerParts {
  readonly url: string;
  readonly version: string;
  readonly config: HubConfig;
  readonly directory: DataDirectory;
}

/** What an operator wants to know when the hub has started. Names the file with the admin token, not the token. */
export function banner({ url, version, config, directory }: BannerParts): string {
  const { identity, paths } = directory;
  const keyids = { ecdsa: identity.ecdsa.keyid, ed25519: identity.ed25519.keyid };
  return [
    `Backrest Hub ${version} listens at ${urlForPeople(url)}`,
    "",
    indent(identityText({ instanceId: identity.instanceId, keyids })),
    `  data         ${paths.directory}`,
    `  admin        ${localUrl(url)}/ with the token in the file ${paths.adminToken}`,
    "",
    indent(reach(config)),
    "",
    "To add a Backrest, enter the instance id, a key id and the address above in its configuration (docs/connect-a-backrest.md), then",
    `  npx backrest-hub peers add --instance-id NAME --keyid KEYID${dataDirFlag(config)}`,
    "or let it knock: `npx backrest-hub peers list` shows who waits, and `npx backrest-hub peers approve KEYID` lets it in.",
    "",
    "",
  ].join("\n");
}

/** The address for programs on this machine: one that listens everywhere is dialled at its loopback. */
export function localUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//127.0.0.1:");
}

/** One that listens everywhere is shown under this machine's name, which others may know it by. */
function urlForPeople(url: string): string {
  const shown = url.replace(/\/\/(?:0\.0\.0\.0|\[::\]):/, `//${hostname()}:`);
  return shown === url ? url : `${shown} and every other address of this machine`;
}

function reach({ listen, requireTls, tlsCert, allowClearTextPeers }: HubConfig): string {
  if (listen.host !== undefined && (listen.host === "localhost" || isLoopback(listen.host))) {
    return [
      "Only this machine can reach it. To let other machines in, start it with",
      "  --listen :9899 --tls-cert FILE --tls-key FILE",
      "and for Backrest v1.11 to v1.12, which sync in clear text, with their network (a VPN or a LAN):",
      "  --allow-clear-text-peers 10.8.0.0/24",
    ].join("\n");
  }
  if (requireTls)
    return "Other machines need TLS, which Backrest v1.11 to v1.12 do not speak: those are let in from this machine only.";
  const clearText = allowClearTextPeers.empty
    ? "Backrest v1.11 to v1.12 sync in clear text and are let in from this machine only; --allow-clear-text-peers names networks that may."
    : `Backrest v1.11 to v1.12, which sync in clear text, are let in from ${allowClearTextPeers.texts.join(", ")}.`;
  const tls =
    tlsCert === undefined
      ? "It has no TLS: tokens are accepted from this machine only, unless --tls-cert and --tls-key, a trusted proxy or --allow-clear-text-clients say otherwise.\n"
      : "";
  return tls + clearText;
}

function dataDirFlag({ dataDir }: HubConfig): string {
  return ` --data-dir ${/^[\w./-]+$/.test(dataDir) ? dataDir : `'${dataDir}'`}`;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "  ");
}
