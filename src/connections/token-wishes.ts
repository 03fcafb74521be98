import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { assertId } from "../dialect/ids.js";
import { HubError } from "../errors.js";
import { readPermissions } from "../fleet/permissions.js";
import type { Grant } from "../store/store.js";

/** The terms of a token of which nobody said any. */
export const DEFAULT_TTL_MS = 15 * 60_000;
export const DEFAULT_MAX_USES = 1;

const MAX_LABEL_LENGTH = 200;
const MAX_TTL_MS = 100 * 365 * 24 * 3_600_000;
const MAX_MAX_USES = 2 ** 31 - 1;
const MAX_GRANTS = 16;
const MAX_SCOPES = 256;

/** What is asked of a new token. */
export interface TokenWishes {
  readonly label: string;
  readonly createdBy: string;
  /** Absent: {@link DEFAULT_TTL_MS}; 0: for ever. */
  readonly ttlMs?: number;
  /** Absent: {@link DEFAULT_MAX_USES}; 0: without a limit. */
  readonly maxUses?: number;
  readonly forInstance?: string;
  readonly grants: readonly Grant[];
}

/** @throws HubError `invalid_argument`, naming the first thing that cannot be */
export function checkWishes(wishes: TokenWishes, ownInstanceId: string): void {
  const { label, ttlMs = DEFAULT_TTL_MS, maxUses = DEFAULT_MAX_USES, forInstance, grants } = wishes;
  if (label.length > MAX_LABEL_LENGTH) {
    throw invalid(`the label has ${label.length} characters; at most ${MAX_LABEL_LENGTH} are kept`);
  }
  if (!(ttlMs >= 0 && ttlMs <= MAX_TTL_MS)) {
    throw invalid(`a token cannot be good for ${ttlMs / 1000} s; give a time up to 100 years, or 0 for ever`);
  }
  if (!(Number.isInteger(maxUses) && maxUses >= 0 && maxUses <= MAX_MAX_USES)) {
    throw invalid(`a token cannot have ${maxUses} uses; give a number from 1, or 0 for no limit`);
  }
  if (forInstance !== undefined) checkInstance(forInstance, ownInstanceId);
  checkGrants(grants);
}

function checkInstance(instanceId: string, ownInstanceId: string): void {
  try {
    assertId("instance id", instanceId);
  } catch (reason) {
    throw invalid(HubError.from(reason).message);
  }
  if (instanceId === ownInstanceId) throw invalid(`"${instanceId}" is the hub's own instance id; name the machine's`);
}

function checkGrants(grants: readonly Grant[]): void {
  if (grants.length > MAX_GRANTS || grants.some(({ scopes }) => scopes.length > MAX_SCOPES)) {
    throw invalid(`a token has at most ${MAX_GRANTS} permissions of at most ${MAX_SCOPES} scopes each`);
  }
  const unknown = grants.find(({ type }) => type === GrantType.PERMISSION_UNKNOWN || GrantType[type] === undefined);
  if (unknown !== undefined) throw invalid(`the hub knows no permission of the type ${unknown.type}`);
  readPermissions(grants, "current");
}

function invalid(message: string): HubError {
  return new HubError("invalid_argument", message);
}
