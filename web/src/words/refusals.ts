import { type RefusedConnection, RefusalCause as Cause } from "../../../gen/hub/v1/connections_pb.js";
import { type Labels, labelsOf, labelsOfKey } from "./labels.js";
import { nextTry, plainText, replaceToken } from "./pieces.js";
import type { Mark } from "./verdicts.js";

/** What helps besides words: a page of the hub that does it. */
export type RefusalHelp = "token" | "approve" | "compare";

/** A refused or badly ended connection, for a person. `who` and what `cause` quotes are claimed, not proven. */
export interface RefusalSaid {
  /** The claimed name, else the address. */
  readonly who: string;
  /** Behind "WHO: ", with its full stop. */
  readonly cause: string;
  readonly cure: string;
  readonly mark: Mark;
  readonly help?: RefusalHelp;
  /** The words are the hub's own, and may hold what somebody claims. */
  readonly plain?: true;
}

interface Words {
  /** As in a list of causes: `unknown key`. */
  readonly name: string;
  readonly cause: string;
  readonly cure: string;
  readonly help?: RefusalHelp;
  /** It was no refusal: a connection that broke. */
  readonly broke?: true;
}

const { knownHosts = "", fields } = labelsOf(undefined);
const URL_FIELD = `${knownHosts} › ${fields.instanceUrl}`;
const NEW_TOKEN = `Make a new token. ${plainText(replaceToken(labelsOf(undefined)))}`;
/** Its screen lets nobody change a name that was saved. */
const RENAME = "with Backrest stopped, `instance` in its config.json";
const OWN_IDENTITY =
  "One of them is a copy. On the copy, stop Backrest, take `sync.identity` out of its config.json, give it another instance ID, start it and enrol it anew.";
/** Stands for the address of this hub. */
const ADDRESS = "ADDRESS";

const WORDS: Readonly<Record<Exclude<Cause, Cause.UNSPECIFIED>, Words>> = {
  [Cause.UNKNOWN_KEY]: {
    name: "unknown key",
    cause: "its key is unknown here",
    cure: approve(labelsOf(undefined)),
    help: "approve",
  },
  [Cause.INSTANCE_TAKEN]: {
    name: "name taken",
    cause: "the name is taken, a machine with another key is connected under it",
    cure: `Give one of the two an instance ID of its own: ${RENAME}.`,
    help: "compare",
  },
  [Cause.KEY_CHANGED]: {
    name: "key changed",
    cause: "the name is taken, it is enrolled with another key",
    cure: "Re-installed or updated: compare both keys and approve the new one, its history stays. A copy: give it an instance ID and a key of its own.",
    help: "compare",
  },
  [Cause.KEY_REPLACED]: {
    name: "old key",
    cause: "it uses the old key of a machine that has a newer one",
    cure: "If an old copy of the machine still runs, stop its Backrest. If the machine itself went back, remove it here and enrol it anew: its history stays.",
  },
  [Cause.INSTANCE_RENAMED]: {
    name: "renamed",
    cause: "its key is enrolled under another name",
    cure: `Give that Backrest its old instance ID back (${RENAME}), or remove the machine here and enrol it anew: its history stays.`,
  },
  [Cause.HUB_IDENTITY]: {
    name: "the hub’s own identity",
    cause: "it uses the hub’s own key or name",
    cure: "Give that Backrest an instance ID of its own. If it has the hub’s key, stop it, take `sync.identity` out of its config.json and start it: it makes a new key.",
  },
  [Cause.KEY_SHARED]: {
    name: "cloned machine",
    cause: "two machines take turns with one key",
    cure: OWN_IDENTITY,
    broke: true,
  },
  [Cause.CLOCK]: {
    name: "clock",
    cause: "its clock and the hub’s are more than 5 minutes apart",
    cure: "Switch on time synchronisation there, or update Backrest: 1.13 and newer do not sign the time.",
  },
  [Cause.TOKEN_UNKNOWN]: {
    name: "token unknown",
    cause: "the hub has no token like the one it brought",
    cure: `It was copied in part, or revoked. ${NEW_TOKEN}`,
    help: "token",
  },
  [Cause.TOKEN_EXPIRED]: { name: "token expired", cause: "its token has expired", cure: NEW_TOKEN, help: "token" },
  [Cause.TOKEN_USED_UP]: {
    name: "token used up",
    cause: "its token is used up",
    cure: NEW_TOKEN.replace("Make a new token", "Make a new token, for several machines with how many"),
    help: "token",
  },
  [Cause.TOKEN_OTHER_INSTANCE]: {
    name: "token for another name",
    cause: "its token was made for another name",
    cure: NEW_TOKEN.replace("Make a new token", "Make a token for its own name"),
    help: "token",
  },
  [Cause.TOKEN_KEY_KNOWN]: {
    name: "token with a known key",
    cause: "it brought a token with a key that is another machine’s, or an old one",
    cure: OWN_IDENTITY,
  },
  [Cause.TOKEN_GUESSES]: {
    name: "too many tokens",
    cause: "too many tokens were tried from its address",
    cure: "Wait a minute. If none of your machines is being enrolled there, somebody is guessing: look who has that address.",
  },
  [Cause.CLEAR_TEXT_PEER]: {
    name: "clear text",
    cause: "an old Backrest speaks clear text from a network where the hub does not take that",
    cure: "Update it to 1.14. If nobody else listens in that network, name it to the hub: `--allow-clear-text-peers`.",
  },
  [Cause.CLEAR_TEXT_TO_HTTPS]: {
    name: "clear text to https",
    cause: "an old Backrest speaks clear text to an https address",
    cure: "Backrest before 1.14 cannot speak TLS here. Update it to 1.14, or enter an http address of the hub in a network that you trust.",
  },
  [Cause.CLEAR_TEXT_REQUEST]: {
    name: "clear text, TLS wanted",
    cause: "it speaks clear text to a hub that wants TLS",
    cure: `Enter the hub’s https:// address under ${URL_FIELD}.`,
  },
  [Cause.TLS_WITHOUT_CERTIFICATE]: {
    name: "TLS to clear text",
    cause: "it speaks TLS to a clear-text port",
    cure: `Enter http:// in place of https:// under ${URL_FIELD}, or give the hub a certificate: \`--tls-cert\`.`,
  },
  [Cause.TLS_FAILED]: {
    name: "TLS failed",
    cause: "it and the hub did not agree on TLS; most often it does not trust the certificate",
    cure: "Use a certificate of an authority that the machine knows, for the name in its address; or make the hub’s authority known there and restart Backrest.",
  },
  [Cause.HTTP1_ON_SYNC]: {
    name: "HTTP/1.1",
    cause: "the proxy speaks only HTTP/1.1 to the hub",
    cure: "Let the proxy speak HTTP/2 to the hub (h2c or h2), or let the machine dial the hub itself.",
  },
  [Cause.WRONG_PATH]: {
    name: "wrong address",
    cause: "the address leads somewhere else (404)",
    cure: `Enter \`${ADDRESS}\` under ${URL_FIELD}.`,
  },
  [Cause.NOT_HTTP]: {
    name: "no HTTP",
    cause: "what came is no HTTP",
    cure: "A scanner, or a program with a wrong address. If it is none of yours there is nothing to do.",
  },
  [Cause.SILENT_CONNECTION]: {
    name: "silent",
    cause: "it connected and sent no whole request in time",
    cure: "From a scanner or a monitor that only connects it is harmless. From a machine of yours: look for a firewall or proxy that swallows what it sends.",
  },
  [Cause.FLOOD]: {
    name: "too much",
    cause: "more connections, requests or useless bytes came from there than one address may send",
    cure: "If many machines share the address, name it to the hub: `--trusted-proxies` where it is a proxy, else `--max-connections-per-address`.",
  },
  [Cause.TOO_BUSY]: {
    name: "too busy",
    cause: "too many machines came at once, and it waited too long for its turn",
    cure: "Nothing to do: it dials again by itself.",
    broke: true,
  },
  [Cause.BAD_HANDSHAKE]: {
    name: "proves nothing",
    cause: "it does not prove who it is",
    cure: "As a rule `sync.identity` in its config.json was edited, or its instance ID holds what an ID may not. What the hub said names it.",
  },
  [Cause.NO_HANDSHAKE]: {
    name: "no opening",
    cause: "it connected and did not say who it is",
    cure: "Restart its Backrest. If it stays so, look for a proxy that holds back what is sent: it must not buffer requests.",
  },
  [Cause.LEFT_OPENING]: {
    name: "left",
    cause: "it left before it was let in",
    cure: "Once: nothing to do. Again and again: look into its log, and for a proxy that cuts streams.",
    broke: true,
  },
  [Cause.PROTOCOL_ERROR]: {
    name: "not understood",
    cause: "it sent what no released Backrest sends",
    cure: "Use a released Backrest, 1.11 or newer. What the hub said names it.",
  },
  [Cause.STOPPED_ANSWERING]: {
    name: "stopped answering",
    cause: "its connection stood, but Backrest no longer answered",
    cure: "It dials again by itself. If it stays so: does the machine sleep or hang, and does it have the hub’s right key ID?",
    broke: true,
  },
  [Cause.CONNECTION_LOST]: {
    name: "connection lost",
    cause: "its connection no longer carried anything",
    cure: "It slept or lost its network, and dials again by itself. If it happens often, look for a firewall that forgets idle connections.",
    broke: true,
  },
  [Cause.OVERFLOW]: {
    name: "too fast",
    cause: "it sent more than the hub could store in time",
    cure: "It goes on when it dials again. If it stays so, give the hub a faster disk.",
    broke: true,
  },
  [Cause.HUB_FAILURE]: {
    name: "hub failure",
    cause: "the hub itself failed",
    cure: "The hub’s log says why; look at the disk of its data directory first.",
    broke: true,
  },
};

/** Causes that this page has words for, in the contract's order. */
export const CAUSES: readonly Cause[] = Object.values(Cause).filter(
  (cause): cause is Cause => typeof cause === "number" && cause !== Cause.UNSPECIFIED,
);

/** What a hub newer than this page tells is told in the hub's own words. */
export function sayRefusal(entry: RefusedConnection, address: string): RefusalSaid {
  const words = wordsOf(entry.cause);
  const who = entry.instanceId === "" ? entry.remoteAddress : entry.instanceId;
  if (words === undefined) return { who, cause: entry.sentence, cure: entry.cure, mark: "refused", plain: true };
  const { cause, cure, help, broke = false } = { ...words, ...special(entry) };
  return {
    who,
    cause: `${cause}.`,
    cure: cure.replace(ADDRESS, address),
    mark: broke ? "warning" : "refused",
    ...(help === undefined ? {} : { help }),
  };
}

/** `unknown key`; for a cause that this page does not know, the name that the contract gives it. */
export function causeName(cause: Cause): string {
  return wordsOf(cause)?.name ?? (Cause[cause] ?? "unknown").toLowerCase().replaceAll("_", " ");
}

function wordsOf(cause: Cause): Words | undefined {
  return cause === Cause.UNSPECIFIED ? undefined : WORDS[cause];
}

/** How a machine with an unknown key gets in. */
function approve(labels: Labels): string {
  const { identity, identityKey } = labels;
  const where = identityKey === undefined ? identity : `\`${identityKey}\` under ${identity}`;
  return `If the machine is yours, approve its key after comparing it with ${where} on that machine. ${plainText(nextTry(labels))}`;
}

/** What only this one entry tells. */
function special({ cause, message, keyid }: RefusedConnection): Partial<Words> {
  if (cause === Cause.UNKNOWN_KEY) return { cure: approve(labelsOfKey(keyid)) };
  const clock = /clock is (\d+ [a-z]+) (ahead of|behind) the hub's/u.exec(message);
  if (cause === Cause.CLOCK && clock !== null)
    return { cause: `its clock is ${clock[1]} ${clock[2] === "behind" ? "behind" : "ahead"}` };
  if (cause === Cause.WRONG_PATH && /^\/[^/]*:\d+(\/|$)/u.test(message))
    return { cause: "the address has its port behind the path" };
  return {};
}
