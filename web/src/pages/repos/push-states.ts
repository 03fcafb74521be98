import { type Push, PushPermission, PushState, type RepoShare } from "../../../../gen/hub/v1/pushes_pb.js";
import { cureOf, isAboutGrant } from "../../words/hub-words.js";
import type { Mark } from "../../words/verdicts.js";

/** How far a change is, in the page's words. */
export interface Standing {
  readonly mark: Mark;
  readonly word: string;
  /** Why, or what it waits for: as the hub says it. */
  readonly why: string;
  /** Somebody has to do something, or the machine has yet to answer. */
  readonly open: boolean;
}

const OFFLINE = "the machine is offline; it goes out when it connects";
const WAITS = "was sent; waits for the machine’s own configuration to show it";

/** @param connected whether the machine has a session now; undefined where that is not known */
export function pushStanding(push: Push, connected: boolean | undefined): Standing {
  const { state, message, sentAt } = push;
  switch (state) {
    case PushState.PENDING:
      if (sentAt !== undefined) return { mark: "running", word: "Sent", why: WAITS, open: true };
      return { mark: "late", word: "Pending", why: connected === false ? OFFLINE : message, open: true };
    case PushState.APPLIED:
      return { mark: "ok", word: "Applied", why: message, open: false };
    case PushState.REFUSED:
      return { mark: "refused", word: "Refused", why: message, open: true };
    case PushState.SUPERSEDED:
      return { mark: "super", word: "Superseded", why: message, open: false };
    case PushState.SENT:
      return { mark: "unknown", word: "Sent, not confirmed", why: message, open: false };
    case PushState.EXPIRED:
      return { mark: "warning", word: "Expired", why: message, open: true };
    default:
      return { mark: "unknown", word: "Unknown", why: message, open: true };
  }
}

/** How far a shared repo is with a machine. @param push the last one of the repo to it */
export function shareStanding(share: RepoShare, push: Push | undefined, connected: boolean | undefined): Standing {
  const { inPlace, permission, message } = share;
  if (inPlace) return { mark: "ok", word: "Applied", why: "the machine’s own configuration shows it", open: false };
  if (permission !== PushPermission.GRANTED) {
    const refused = push?.state === PushState.REFUSED;
    const why = isAboutGrant(message) ? `${notAllowed(refused, permission)} ${cureOf(message)}` : message;
    return refused
      ? { mark: "refused", word: "Refused", why, open: true }
      : { mark: "unknown", word: "Not sent", why, open: true };
  }
  if (push === undefined) return { mark: "late", word: "Pending", why: "has yet to be sent", open: true };
  const standing = pushStanding(push, connected);
  if (push.state !== PushState.APPLIED) return standing;
  return {
    mark: "warning",
    word: "Applied once",
    why: "the machine took it; what it shows of its configuration now does not have it as it is here",
    open: true,
  };
}

/** In a table there is no room for the hub's whole sentence; it stands where the repo is sent again. */
function notAllowed(refused: boolean, permission: PushPermission): string {
  if (refused) return "It did not allow it and came back unchanged.";
  return permission === PushPermission.UNKNOWN
    ? "Nobody has said that it allows it, and a Backrest does not tell."
    : "It does not allow it, as far as is known.";
}

/** How often each word occurs, in the order of what asks for somebody. */
export function countStandings(standings: readonly Standing[]): readonly (Standing & { readonly count: number })[] {
  const counts = new Map<string, Standing & { count: number }>();
  for (const standing of standings) {
    const known = counts.get(standing.word);
    if (known === undefined) counts.set(standing.word, { ...standing, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].sort((one, other) => rank(one) - rank(other));
}

const ORDER = ["Refused", "Not sent", "Expired", "Applied once", "Pending", "Sent", "Sent, not confirmed", "Applied"];

/** What asks for somebody goes first. */
export function rank({ word }: Pick<Standing, "word">): number {
  const index = ORDER.indexOf(word);
  return index < 0 ? ORDER.length : index;
}

/** What a push is about: `repo vault`, `delete plan home`. */
export function pushItems({ repos, plans, reposToDelete, plansToDelete }: Push): string {
  return [
    ...repos.map((id) => `repo ${id}`),
    ...plans.map((id) => `plan ${id}`),
    ...reposToDelete.map((id) => `delete repo ${id}`),
    ...plansToDelete.map((id) => `delete plan ${id}`),
  ].join(", ");
}

/** The newest push of each shared repo to each machine; pushes come with the newest first. */
export function lastPushes(pushes: readonly Push[]): ReadonlyMap<string, Push> {
  const last = new Map<string, Push>();
  for (const push of pushes) {
    const key = shareKey(push.sharedRepoId, push.instanceId);
    if (push.sharedRepoId !== "" && !last.has(key)) last.set(key, push);
  }
  return last;
}

export function shareKey(repoId: string, instanceId: string): string {
  return `${repoId}\0${instanceId}`;
}

export interface StateChoice {
  /** As it stands in the address. */
  readonly value: string;
  readonly word: string;
  readonly states: readonly PushState[];
}

/** What the list of changes can be narrowed to. */
export const STATES: readonly StateChoice[] = [
  { value: "open", word: "Not ended", states: [PushState.PENDING] },
  { value: "applied", word: "Applied", states: [PushState.APPLIED] },
  { value: "sent", word: "Sent, not confirmed", states: [PushState.SENT] },
  { value: "refused", word: "Refused", states: [PushState.REFUSED] },
  { value: "superseded", word: "Superseded", states: [PushState.SUPERSEDED] },
  { value: "expired", word: "Expired", states: [PushState.EXPIRED] },
];

export interface PushFilter {
  readonly machine: string;
  readonly state: string;
}

export function filterPushes(pushes: readonly Push[], { machine, state }: PushFilter): readonly Push[] {
  const states = STATES.find(({ value }) => value === state)?.states;
  return pushes.filter(
    (push) => (machine === "" || push.instanceId === machine) && (states === undefined || states.includes(push.state)),
  );
}
