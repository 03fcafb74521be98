import type { AuditEvent, Caller } from "../../../../gen/hub/v1/access_pb.js";
import type { Option } from "../../parts/option.js";
import { kindWords } from "../../words/roles.js";

/** What an rpc is about, in the words of the page: by the end of its name. */
const WORDS: Readonly<Record<string, string>> = {
  Login: "sign in",
  ChangePassword: "change own password",
  AddUser: "add person",
  RemoveUser: "remove person",
  SetUserRole: "change role of",
  SetUserPassword: "set password of",
  CreateAccessToken: "make access token",
  RevokeAccessToken: "revoke access token",
  CreatePairingToken: "make pairing token",
  GeneratePairingToken: "make pairing token",
  RevokePairingToken: "revoke pairing token",
  AddPeer: "let in",
  ApprovePeer: "approve the key",
  RemovePeer: "remove",
  ResyncPeer: "read the whole history of",
  SetInstanceHealth: "change how this is watched:",
  ForgetRefused: "forget refused connections",
  ClearHistory: "clear history",
  PutSharedRepo: "change shared repo",
  RemoveSharedRepo: "remove shared repo",
  ShareRepo: "share repo",
  UnshareRepo: "unshare repo",
  ConfirmPermissions: "record what is granted on",
  SetRemoteClientConfig: "change configuration of",
};

/** Fields that name what a request is about, the most telling first. */
const NAMES = ["repo_id", "name", "label", "instance_id", "for_instance", "id", "keyid", "peer_keyid"];

export interface AuditWords {
  readonly what: string;
  /** What it was about; empty where the request does not say. */
  readonly about: string;
}

/** What somebody did or tried, in words; the rpc and its request stand beside it. */
export function auditWords({ action, summary }: Pick<AuditEvent, "action" | "summary">): AuditWords {
  const rpc = action.slice(action.lastIndexOf("/") + 1);
  const fields = readFields(summary);
  const about = NAMES.map((name) => fields.get(name)).find((value) => value !== undefined) ?? "";
  const target = rpc.endsWith("ShareRepo") || rpc === "UnshareRepo" ? fields.get("instance_id") : undefined;
  const what = WORDS[rpc] ?? spaced(rpc);
  // Of one that was refused at the door nobody read what it asked for.
  if (about === "") return { what: what.replace(/(?: of| on|:)$/u, ""), about };
  return { what, about: target === undefined ? about : `${about} with ${target}` };
}

/** Top-level and nested texts and numbers of a request; the line may be cut, so it is not parsed as a whole. */
function readFields(summary: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = "", text, number] of summary.matchAll(/"(\w+)":(?:"((?:[^"\\]|\\.)*)"|(\d+))/gu)) {
    if (!fields.has(name)) fields.set(name, text === undefined ? (number ?? "") : unescaped(text));
  }
  return fields;
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

/** `DoRepoTask` as `do repo task`. */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, " ").toLowerCase();
}

/** `permission_denied` as `permission denied`. */
export function outcomeWords({ outcome, times }: Pick<AuditEvent, "outcome" | "times">): string {
  const words = outcome.replaceAll("_", " ");
  return times > 1n ? `${words}, ${times} times` : words;
}

/** Who, with what was shown in place of a password; those whom the hub does not know have no name. */
export function whoWords(caller: Caller | undefined): { readonly name: string; readonly kind: string } {
  if (caller === undefined || caller.name === "") return { name: "nobody known", kind: "" };
  return { name: caller.name, kind: kindWords(caller.kind) };
}

/** Whole days, and how they are called. */
export const PERIODS: readonly Option[] = [
  { value: "1", word: "24 hours" },
  { value: "7", word: "7 days" },
  { value: "30", word: "30 days" },
];

export interface AuditFilter {
  readonly caller: string;
  readonly action: string;
  readonly failures: boolean;
  /** Whole days; 0 for all times. */
  readonly days: number;
  readonly limit: number;
}

const FIRST = 100;
export const MOST = 10_000;

/** From the address; what cannot be is left out. */
export function readFilter(params: URLSearchParams): AuditFilter {
  const days = Number(params.get("days"));
  const limit = Number(params.get("limit"));
  return {
    caller: params.get("caller") ?? "",
    action: params.get("action") ?? "",
    failures: params.get("failures") === "1",
    days: PERIODS.some(({ value }) => value === String(days)) ? days : 0,
    limit: Number.isInteger(limit) && limit > FIRST ? Math.min(limit, MOST) : FIRST,
  };
}

/** Rpcs that the filter offers, by what they are about. */
export function auditActions(): readonly Option[] {
  return Object.entries(WORDS)
    .map(([value, words]) => ({ value, word: words.replace(/:$/u, "") }))
    .filter(({ value }) => value !== "GeneratePairingToken")
    .sort((one, other) => one.word.localeCompare(other.word));
}
