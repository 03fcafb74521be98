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
  /** Nobody has a password yet. */
  readonly firstStart: boolean;
}

/** What an operator wants to know when the hub has started. Names the file with the admin token, not the token. */
export function banner({ url, version, config, directory, firstStart }: BannerParts): string {
  const { identity, paths } = directory;
  const keyids = { ecdsa: identity.ecdsa.keyid, ed25519: identity.ed25519.keyid };
  const dataDir = dataDirFlag(config);
  const signIn = `First sign in: open the address, and paste the token in the file ${paths.adminToken}`;
  return [
    `Backrest Hub ${version} is ready. Open it in a browser:`,
    "",
    ...openAt(url).map((line) => `    ${line}`),
    "",
    ...(firstStart ? [signIn, ""] : []),
    "Add a machine there, or from a terminal:",
    `  Backrest 1.13 and later  npx backrest-hub tokens create${dataDir}`,
    `  Backrest 1.11 and 1.12   once it has knocked, npx backrest-hub peers approve KEYID${dataDir}`,
    "",
    indent(identityText({ instanceId: identity.instanceId, keyids })),
    `  data         ${paths.directory}`,
    "",
    indent(reach(config)),
    "",
    "",
  ].join("\n");
}

/** The address for programs on this machine: one that listens everywhere is dialled at its loopback. */
export function localUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//127.0.0.1:");
}

/** For a hub that listens everywhere also this machine's name, which others may know it by and a certificate is for. */
export function openAt(url: string): string[] {
  const named = url.replace(/\/\/(?:0\.0\.0\.0|\[::\]):/, `//${hostname()}:`);
  if (named === url) return [`${url}/`];
  const elsewhere = `${named}/`;
  return url.startsWith("https:") ? [elsewhere] : [`${localUrl(url)}/`, `${elsewhere}  from another machine`];
}

function reach({ listen, requireTls, tlsCert, allowClearTextPeers }: HubConfig): string {
  if (listen.host !== undefined && (listen.host === "localhost" || isLoopback(listen.host))) {
    return "Only this machine can reach it. To let others in: --listen :9899 --tls-cert FILE --tls-key FILE,\nand --allow-clear-text-peers 10.8.0.0/24 for Backrest 1.11 and 1.12 in a network of your own.";
  }
  if (requireTls)
    return "Other machines need TLS, which Backrest 1.11 and 1.12 do not speak: those are let in from this machine only.";
  const clearText = allowClearTextPeers.empty
    ? "Backrest 1.11 and 1.12 sync in clear text and are let in from this machine only; --allow-clear-text-peers names\nnetworks that may."
    : `Backrest 1.11 and 1.12, which sync in clear text, are let in from ${allowClearTextPeers.texts.join(", ")}.`;
  const tls =
    tlsCert === undefined
      ? "It has no TLS: passwords and tokens are taken from this machine only, unless --tls-cert and --tls-key,\n--trusted-proxies or --allow-clear-text-clients say otherwise.\n"
      : "";
  return tls + clearText;
}

function dataDirFlag({ dataDir }: HubConfig): string {
  return ` --data-dir ${/^[\w./-]+$/.test(dataDir) ? dataDir : `'${dataDir}'`}`;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "  ");
}
