import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { Generation, Grant } from "../store/store.js";
import { readScopes, type Scopes } from "./scopes.js";

/** What a set of grants allows. Ids that do not exist are covered like others. */
export interface Permissions {
  /** Whether one of these types is granted for the repo. */
  allowsRepo(types: readonly GrantType[], repoId: string): boolean;
  /** Whether one of these types is granted for the plan. */
  allowsPlan(types: readonly GrantType[], planId: string): boolean;
  /** Whether the type is granted for anything at all, scoped or not. */
  hasType(type: GrantType): boolean;
}

/** Grants that let an instance list a repo or plan among its resources. */
export const VIEW_RESOURCES: readonly GrantType[] = [
  GrantType.PERMISSION_READ_OPERATIONS,
  GrantType.PERMISSION_READ_CONFIG,
  GrantType.PERMISSION_READ_WRITE_CONFIG,
];
/** Grants under which a repo's or plan's settings are sent. */
export const VIEW_CONFIGURATION: readonly GrantType[] = [
  GrantType.PERMISSION_READ_CONFIG,
  GrantType.PERMISSION_READ_WRITE_CONFIG,
];
/** Grants under which `set_config` is accepted. */
export const WRITE_CONFIGURATION: readonly GrantType[] = [GrantType.PERMISSION_READ_WRITE_CONFIG];
/** Grants under which a repo is shared; only the current generation knows it. */
export const SHARE_REPOS: readonly GrantType[] = [GrantType.PERMISSION_RECEIVE_SHARED_REPOS];

const READ_OPERATIONS: readonly GrantType[] = [GrantType.PERMISSION_READ_OPERATIONS];

/**
 * Reads grants as the Backrest of that generation does. Of two grants of a type the last counts. One without scopes is
 * worth nothing to the seed generation, and to the current one it allows everything, whatever else stands beside it.
 * @throws HubError `invalid_argument` when any scope is of no known form
 */
export function readPermissions(grants: readonly Grant[], generation: Generation): Permissions {
  const blanket = new Set<GrantType>();
  const scoped = new Map<GrantType, Scopes>();
  for (const { type, scopes } of grants) {
    if (scopes.length > 0) scoped.set(type, readScopes(scopes));
    else if (generation === "current") blanket.add(type);
  }
  const allows = (types: readonly GrantType[], covers: (scopes: Scopes) => boolean) =>
    types.some((type) => {
      const scopes = scoped.get(type);
      return blanket.has(type) || (scopes !== undefined && covers(scopes));
    });
  return {
    allowsRepo: (types, repoId) => allows(types, (scopes) => scopes.coversRepo(repoId)),
    allowsPlan: (types, planId) => allows(types, (scopes) => scopes.coversPlan(planId)),
    hasType: (type) => blanket.has(type) || scoped.has(type),
  };
}

/** An operation's place in the configuration of the instance that has it; absent what is not configured there. */
export interface OperationPlace {
  readonly repoId?: string;
  readonly planId?: string;
}

/** Whether an instance sends the operation on: its repo or its plan is enough, so that excluding one may not hide it. */
export function forwardsOperation(permissions: Permissions, { repoId, planId }: OperationPlace): boolean {
  return (
    (repoId !== undefined && permissions.allowsRepo(READ_OPERATIONS, repoId)) ||
    (planId !== undefined && permissions.allowsPlan(READ_OPERATIONS, planId))
  );
}
