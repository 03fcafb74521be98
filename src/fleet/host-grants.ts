import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";
import type { HostGrantsRecord } from "../store/pushes.js";
import type { Generation, Grant } from "../store/store.js";
import { type Permissions, readPermissions, WRITE_CONFIGURATION } from "./permissions.js";
import { findConflict, findOwnRepo, type PushContext } from "./push-conflicts.js";
import type { ShownConfig } from "./shown-config.js";
import { moment } from "./words.js";

/** What the hub knows of one peer's grants: a Backrest does not tell them. */
export interface KnownGrants {
  readonly instanceId: string;
  readonly generation: Generation;
  /** What somebody read on the machine, and whether the machine has refused since. */
  readonly record: HostGrantsRecord | undefined;
  readonly shown: ShownConfig | undefined;
  /** Ids of the repos and plans that the peer lists without their contents. */
  readonly listed: { readonly repos: ReadonlySet<string>; readonly plans: ReadonlySet<string> };
}

export type GrantVerdict =
  | { readonly kind: "granted" }
  /** In words for the operator: what to click on that machine, or what is in the way there. */
  | {
      readonly kind: "not-granted" | "unknown" | "conflict";
      readonly words: string;
      /** What would be recorded once it is allowed: that, and what was recorded before. */
      readonly confirm?: readonly Grant[];
    };

/** What a push is about, and under which grant it may go. */
export interface Asked {
  readonly change: SetConfig;
  /** A shared repo of the hub with this instance id. */
  readonly sharedBy?: string;
}

/**
 * Whether the peer takes the change. A push that was not granted costs the peer its session and a minute, so what is not
 * known to be granted counts as not granted, and the words say which of the two it is.
 */
export function judgeGrants(asked: Asked, known: KnownGrants): GrantVerdict {
  const granted = readPermissions(known.record?.grants ?? [], known.generation);
  const context = contextOf(known, granted);
  const own = asked.sharedBy === undefined ? undefined : findOwnRepo(asked.change, asked.sharedBy, context);
  if (own !== undefined) return { kind: "conflict", words: own };
  const lacking = lackingOf(asked, known, granted);
  if (lacking.length === 0) {
    const conflict = findConflict(asked.change, context);
    return conflict === undefined ? { kind: "granted" } : { kind: "conflict", words: conflict };
  }
  const { record, instanceId } = known;
  const confirm = grantsToConfirm(asked, known);
  const what = `${asked.sharedBy === undefined ? "to change" : "to give it"} ${lacking.join(", ")}`;
  if (record?.refusedMs !== undefined) {
    return {
      kind: "not-granted",
      confirm,
      words: `"${instanceId}" refused a push on ${moment(record.refusedMs)}, so the hub does not try ${what}. ${clicks(asked, known)}`,
    };
  }
  if (record !== undefined) {
    return {
      kind: "not-granted",
      confirm,
      words: `"${instanceId}" does not allow the hub ${what}, as far as was recorded. ${clicks(asked, known)}`,
    };
  }
  if (isHidden(asked, known)) {
    return {
      kind: "not-granted",
      confirm,
      words: `"${instanceId}" does not allow the hub ${what}: it does not even show the settings that it has there. ${clicks(asked, known)}`,
    };
  }
  return {
    kind: "unknown",
    confirm,
    words: `nobody has said whether "${instanceId}" allows the hub ${what}: a Backrest does not tell, and one that does not allow it would drop its session. ${clicks(asked, known)}`,
  };
}

function contextOf({ instanceId, generation, shown }: KnownGrants, granted: Permissions): PushContext {
  // The seed generation looks for the scope `repo:ID` under the guid, and so may hide what it grants.
  const sees = (repoId: string) => generation === "current" && granted.allowsRepo(WRITE_CONFIGURATION, repoId);
  return { instanceId, generation, shown, sees };
}

function lackingOf({ change, sharedBy }: Asked, { generation, shown }: KnownGrants, granted: Permissions): string[] {
  // What came from this hub before was taken under the grant for shared repos.
  const tookShared =
    sharedBy !== undefined && [...(shown?.repos.values() ?? [])].some((repo) => repo.originInstanceId === sharedBy);
  const takesShared =
    sharedBy !== undefined &&
    generation === "current" &&
    (tookShared || granted.hasType(GrantType.PERMISSION_RECEIVE_SHARED_REPOS));
  const repoIds = [...change.repos.map(({ id }) => id), ...change.reposToDelete];
  const planIds = [...change.plans.map(({ id }) => id), ...change.plansToDelete];
  return [
    ...(takesShared
      ? []
      : repoIds.filter((id) => !granted.allowsRepo(WRITE_CONFIGURATION, id)).map((id) => `repo "${id}"`)),
    ...planIds.filter((id) => !granted.allowsPlan(WRITE_CONFIGURATION, id)).map((id) => `plan "${id}"`),
  ];
}

/** Who may write an entry is shown it. Not so in the seed generation; see {@link contextOf}. */
function isHidden({ change }: Asked, { generation, shown, listed }: KnownGrants): boolean {
  if (generation === "seed" || shown === undefined) return false;
  const shownIds = new Set([...shown.repos.values()].map(({ id }) => id));
  return (
    [...change.repos.map(({ id }) => id), ...change.reposToDelete].some(
      (id) => listed.repos.has(id) && !shownIds.has(id),
    ) ||
    [...change.plans.map(({ id }) => id), ...change.plansToDelete].some(
      (id) => listed.plans.has(id) && !shown.plans.has(id),
    )
  );
}

/** What is confirmed takes the place of what was. */
function grantsToConfirm({ sharedBy }: Asked, { generation, record }: KnownGrants): readonly Grant[] {
  const type = isShare(sharedBy, generation)
    ? GrantType.PERMISSION_RECEIVE_SHARED_REPOS
    : GrantType.PERMISSION_READ_WRITE_CONFIG;
  const others = (record?.grants ?? []).filter((known) => known.type !== type);
  return [...others, { type, scopes: ["*"] }];
}

function isShare(sharedBy: string | undefined, generation: Generation): boolean {
  return sharedBy !== undefined && generation === "current";
}

function clicks(asked: Asked, known: KnownGrants): string {
  const { generation, instanceId } = known;
  const all = grantsToConfirm(asked, known).map(argumentOf).join(" ");
  return `${howToGrant(asked, generation)}; then say so here: \`backrest-hub pushes confirm ${instanceId} ${all}\``;
}

/** In the words of Backrest's own screens. The seed generation has none for what a host may do. */
function howToGrant({ change, sharedBy }: Asked, generation: Generation): string {
  if (generation === "seed") {
    return `On that machine give this hub, under knownHosts in config.json, the permission PERMISSION_READ_WRITE_CONFIG with the scope ${scopesOf(change)} or "*", and start Backrest anew`;
  }
  const grant = isShare(sharedBy, generation)
    ? `"Receive shared repos"`
    : `"Edit Repo Configuration" for ${offeredScopes(change)}"All Repositories (*)"`;
  return `On that machine open Settings › Multihost › Known Hosts, press "Add Permission" at this hub, choose ${grant} and press "Save changes"`;
}

/** As `backrest-hub pushes confirm` takes it. */
function argumentOf({ type, scopes }: Grant): string {
  const name = (GrantType[type] ?? "").replace("PERMISSION_", "");
  return scopes.length === 1 && scopes[0] === "*" ? name : `${name}=${scopes.join(",")}`;
}

/** Its screen offers the repos that it has, by their ids, and no plans. */
function offeredScopes({ repos, plans, reposToDelete, plansToDelete }: SetConfig): string {
  if (plans.length + plansToDelete.length > 0) return "";
  const ids = [...repos.map(({ id }) => id), ...reposToDelete].slice(0, 5);
  return `${ids.map((id) => `"${id}"`).join(", ")} or `;
}

function scopesOf({ repos, plans, reposToDelete, plansToDelete }: SetConfig): string {
  const scopes = [
    ...[...repos.map(({ id }) => id), ...reposToDelete].map((id) => `"repo:${id}"`),
    ...[...plans.map(({ id }) => id), ...plansToDelete].map((id) => `"plan:${id}"`),
  ];
  return scopes.slice(0, 5).join(", ");
}
