import type { RefusalCause } from "../refusal.js";

export interface RefusalWords {
  /** The cause, for a person who knows the hub and not its inside. */
  readonly sentence: string;
  /** What to do, and where. */
  readonly cure: string;
}

/** What an entry of the record means and what helps; the command in it stands there to be copied. */
export function refusalWords({ cause, keyid }: { readonly cause: RefusalCause; readonly keyid: string }): RefusalWords {
  const { sentence, cure } = REFUSAL_WORDS[cause];
  return { sentence, cure: keyid === "" ? cure : cure.replaceAll("KEYID", keyid) };
}

/** Backrest's screen cannot replace a token, and takes no second entry for the same hub. */
const REPLACE_IT =
  "On the machine remove the hub under Settings › Multihost › Known Hosts (icon Remove, a minus), press Add Known Host, paste the new token, and press Save changes.";
const ANOTHER_TOKEN = `Make another with \`backrest-hub tokens create\`. ${REPLACE_IT}`;
/** Its screen lets nobody change a name that was saved. */
const RENAME = "`instance` in its config.json, with Backrest stopped";

/** What each cause means and what helps: the one place where it is said. */
export const REFUSAL_WORDS: Readonly<Record<RefusalCause, RefusalWords>> = {
  "unknown-key": {
    sentence: "The hub does not know this machine's key; the machine waits for approval.",
    cure: "If it is yours, `backrest-hub peers approve KEYID` lets it in at its next try: 60 to 180 s after its knock, later when it has knocked often. At once: v1.11 and v1.12 when Save is pressed in their Settings, newer ones when they are restarted.",
  },
  "instance-taken": {
    sentence: "Another machine with this instance id is connected.",
    cure: `Give one of the two another instance id (${RENAME}).`,
  },
  "key-changed": {
    sentence: "The hub knows this instance id by another key, whose machine is not connected.",
    cure: `If it is that machine, installed anew or upgraded, \`backrest-hub peers approve KEYID\` gives the peer its new key and keeps its history; if not, give this Backrest another instance id (${RENAME}).`,
  },
  "key-replaced": {
    sentence: "This machine has a newer key at the hub, and this is its old one.",
    cure: "If the machine went back to its old key, remove the peer with `backrest-hub peers remove` and add it anew; if it is an old copy of the machine, stop its Backrest.",
  },
  "instance-renamed": {
    sentence: "The hub knows this key under another instance id.",
    cure: "Give this Backrest its old instance id back (`instance` in its config.json, with Backrest stopped), or remove the peer with `backrest-hub peers remove` and add it anew.",
  },
  "hub-identity": {
    sentence: "This machine uses the hub's own key or instance id.",
    cure: "Give this Backrest an instance id and an identity of its own; it makes a new identity when `sync.identity` is taken out of its config.json while it is stopped.",
  },
  "key-shared": {
    sentence: "One key comes from two addresses by turns, and each session ends the other: two machines have it.",
    cure: "One of them is a copy: stop its Backrest, take `sync.identity` out of its config.json, give it an instance id of its own, and add it as a new machine.",
  },
  clock: {
    sentence: "The machine's clock and the hub's are more than five minutes apart.",
    cure: "Set both clocks, for example with NTP.",
  },
  "token-unknown": {
    sentence: "The hub has no pairing token with the secret that this machine brought.",
    cure: `It was copied in part, or revoked. ${ANOTHER_TOKEN}`,
  },
  "token-expired": { sentence: "The pairing token has expired.", cure: ANOTHER_TOKEN },
  "token-used-up": {
    sentence: "The pairing token has had all of its uses.",
    cure: `Make another with \`backrest-hub tokens create\`, for several machines with \`--max-uses\`. ${REPLACE_IT}`,
  },
  "token-other-instance": {
    sentence: "The pairing token was made for another instance id.",
    cure: `Make one for this machine with \`backrest-hub tokens create --for NAME\`. ${REPLACE_IT}`,
  },
  "token-key-known": {
    sentence:
      "The machine wants to pair with a key that the hub knows as another instance's, or as one that was replaced.",
    cure: "A machine that was copied needs an identity of its own: stop its Backrest, take `sync.identity` out of its config.json, and pair it anew.",
  },
  "token-guesses": {
    sentence: "More than ten pairing secrets a minute came from this address.",
    cure: "Wait a minute. If nobody of yours pairs machines there, somebody is guessing; look at the address.",
  },
  "clear-text-peer": {
    sentence: "Backrest v1.11 and v1.12 sync in clear text, and the hub does not accept that from this network.",
    cure: "Upgrade the machine to v1.13 or later, or reach the hub through a tunnel or VPN and start the hub with `--allow-clear-text-peers` and that network.",
  },
  "clear-text-to-https": {
    sentence:
      "The machine's settings say https://, but Backrest up to v1.13.0 sends clear text even so, and the hub does not accept that from this network.",
    cure: "Upgrade the machine to v1.14 or later; or reach the hub with http:// through a tunnel or VPN and start the hub with `--allow-clear-text-peers` and that network.",
  },
  "clear-text-request": {
    sentence: "The hub was called in clear text where it wants TLS.",
    cure: "Use the hub's https:// address; to allow clear text from a network that nobody can read, see `--require-tls`, `--allow-clear-text-clients` and `--trusted-proxies`.",
  },
  "tls-without-certificate": {
    sentence: "TLS was spoken to the hub, which has no certificate.",
    cure: "Use http:// in the machine's settings, or start the hub with `--tls-cert` and `--tls-key`.",
  },
  "tls-failed": {
    sentence: "The TLS handshake failed; most often the caller does not trust the hub's certificate.",
    cure: "Use a certificate of an authority that the machine knows, for the name that it dials; or install the hub's authority on the machine and restart its Backrest.",
  },
  "http1-on-sync": {
    sentence:
      "Sync was called over HTTP/1.1, which cannot carry it; as a rule a proxy in between speaks no HTTP/2 to the hub.",
    cure: "Let the proxy speak HTTP/2 to the hub (h2c or h2), or let machines dial the hub itself.",
  },
  "wrong-path": {
    sentence: "An rpc was called at a path where the hub serves nothing.",
    cure: "Write the hub's address without a path into the machine's settings, such as http://hub.example.org:9899; a proxy that serves the hub under a path must take that path off.",
  },
  "not-http": {
    sentence: "What came is no HTTP.",
    cure: "Something else was pointed at the hub's port: a scanner, or a program with a wrong address.",
  },
  "silent-connection": {
    sentence: "A connection was opened, and no complete request came on it in time.",
    cure: "Harmless from a port scanner or a monitor that only connects (let it ask for /healthz). From a machine of yours: look for a firewall or proxy that swallows what it sends.",
  },
  flood: {
    sentence: "More connections, requests or useless bytes came from this address than one may send.",
    cure: "If many machines share the address, name it with `--trusted-proxies` where it is a proxy, or raise `--max-connections-per-address`; if not, look at who it is.",
  },
  "too-busy": {
    sentence: "Too many machines opened their sync at once, and this one waited too long for its turn.",
    cure: "Nothing: it dials again by itself. If it stays so, look at which address the many come from.",
  },
  "bad-handshake": {
    sentence: "The machine's handshake does not prove who it is.",
    cure: "The message says what is wrong with it; as a rule `sync.identity` in the machine's config.json was edited or its instance id holds what an id may not.",
  },
  "no-handshake": {
    sentence: "The machine connected and sent no handshake in time.",
    cure: "Restart its Backrest. If it stays so, look for a proxy that holds back what is sent (it must not buffer requests).",
  },
  "left-opening": {
    sentence: "The machine left before it was let in.",
    cure: "Nothing if it happens once, such as when a Backrest is stopped. If it stays so, look into the machine's log and for a proxy that cuts streams.",
  },
  "protocol-error": {
    sentence: "What came is nothing that a released Backrest sends.",
    cure: "The message says what it was. Use a released version of Backrest, v1.11 or later.",
  },
  "stopped-answering": {
    sentence: "The connection stood, but the machine's Backrest no longer answered on it.",
    cure: "It is expected to dial again by itself. If it stays so, look at whether the machine sleeps or hangs, and whether its settings name the hub's right key id.",
  },
  "connection-lost": {
    sentence: "The connection no longer carried anything.",
    cure: "The machine went to sleep or lost its network, or a firewall between forgot the connection; it dials again by itself.",
  },
  overflow: {
    sentence: "The machine sent more than the hub could store in time.",
    cure: "It goes on when it dials again. If it stays so, give the hub a faster disk.",
  },
  "hub-failure": {
    sentence: "The hub itself failed.",
    cure: "The hub's log says why; look at the disk of its data directory first.",
  },
};
