import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { Grant } from "../store/store.js";
import { readPermissions, SHARE_REPOS } from "./permissions.js";

const SHARE = GrantType.PERMISSION_RECEIVE_SHARED_REPOS;

/** Whether the hub shares the repo with a peer that has these grants; a set that cannot be read shares nothing. */
export function isShared(grants: readonly Grant[], repoId: string): boolean {
  try {
    return readPermissions(grants, "current").allowsRepo(SHARE_REPOS, repoId);
  } catch {
    return false;
  }
}

/** The grants with which the repo is shared too; others stay as they are. */
export function withShare(grants: readonly Grant[], repoId: string): readonly Grant[] {
  if (isShared(grants, repoId)) return grants;
  const scopes = scopesOf(grants).filter((scope) => scope !== `!repo:${repoId}`);
  return withScopes(grants, scopes.includes("*") ? scopes : [...scopes, `repo:${repoId}`]);
}

/** The grants with which it is not: where everything is shared, everything else still is. */
export function withoutShare(grants: readonly Grant[], repoId: string): readonly Grant[] {
  if (!isShared(grants, repoId)) return grants;
  const scopes = scopesOf(grants).filter((scope) => scope !== `repo:${repoId}`);
  return withScopes(grants, scopes.includes("*") ? [...scopes, `!repo:${repoId}`] : scopes);
}

/** The grants for when the repo is gone: who was named for it is not for another one that is given its id later. */
export function withoutNamed(grants: readonly Grant[], repoId: string): readonly Grant[] {
  const scopes = scopesOf(grants);
  const named = `repo:${repoId}`;
  return scopes.includes(named)
    ? withScopes(
        grants,
        scopes.filter((scope) => scope !== named),
      )
    : grants;
}

/** One without scopes covers everything, whatever else is granted; of others the last counts. */
function scopesOf(grants: readonly Grant[]): readonly string[] {
  const shares = grants.filter(({ type }) => type === SHARE);
  return shares.some(({ scopes }) => scopes.length === 0) ? ["*"] : (shares.at(-1)?.scopes ?? []);
}

/** Without anything to share there must be no grant: one without scopes would share everything. */
function withScopes(grants: readonly Grant[], scopes: readonly string[]): readonly Grant[] {
  const others = grants.filter(({ type }) => type !== SHARE);
  return scopes.some((scope) => !scope.startsWith("!")) ? [...others, { type: SHARE, scopes }] : others;
}
