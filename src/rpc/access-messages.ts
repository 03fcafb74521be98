import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type AccessTokenSchema,
  type AuditEventSchema,
  CallerKind,
  type CallerSchema,
  Role as RoleNumber,
  type UserSchema,
} from "../../gen/hub/v1/access_pb.js";
import type { Caller } from "../access/caller.js";
import type { Role } from "../access/roles.js";
import { isExpired } from "../access/token-expiry.js";
import { HubError } from "../errors.js";
import type { AccessTokenRecord, AuditRecord, UserRecord } from "../store/access.js";

const ROLE_NUMBERS: Readonly<Record<Role, RoleNumber>> = {
  viewer: RoleNumber.VIEWER,
  operator: RoleNumber.OPERATOR,
  admin: RoleNumber.ADMIN,
};

const KINDS: Readonly<Record<string, CallerKind>> = {
  "admin-token": CallerKind.ADMIN_TOKEN,
  user: CallerKind.USER,
  "access-token": CallerKind.ACCESS_TOKEN,
  proxy: CallerKind.PROXY,
} satisfies Record<Caller["kind"], CallerKind>;

/** @throws HubError `invalid_argument` */
export function roleFrom(number: RoleNumber): Role {
  switch (number) {
    case RoleNumber.VIEWER:
      return "viewer";
    case RoleNumber.OPERATOR:
      return "operator";
    case RoleNumber.ADMIN:
      return "admin";
    default:
      throw new HubError("invalid_argument", "say which role: viewer, operator or admin");
  }
}

export function callerMessage({ name, kind, role }: Caller): MessageInitShape<typeof CallerSchema> {
  return { name, kind: KINDS[kind] ?? CallerKind.UNSPECIFIED, role: ROLE_NUMBERS[role] };
}

export function userMessage({ name, role, createdMs, createdBy }: UserRecord): MessageInitShape<typeof UserSchema> {
  return { name, role: ROLE_NUMBERS[role], createdAt: timestampFromMs(createdMs), createdBy };
}

export function accessTokenMessage(
  token: AccessTokenRecord,
  nowMs: number,
): MessageInitShape<typeof AccessTokenSchema> {
  const { id, name, role, createdMs, createdBy, expiresMs, lastUsedMs } = token;
  return {
    id: BigInt(id),
    name,
    role: ROLE_NUMBERS[role],
    createdAt: timestampFromMs(createdMs),
    createdBy,
    ...(expiresMs === undefined ? {} : { expiresAt: timestampFromMs(expiresMs) }),
    ...(lastUsedMs === undefined ? {} : { lastUsedAt: timestampFromMs(lastUsedMs) }),
    expired: isExpired(token, nowMs),
  };
}

export function auditMessage(record: AuditRecord): MessageInitShape<typeof AuditEventSchema> {
  const { id, atMs, lastMs, times, callerName, callerKind, callerRole, address, action, summary, outcome } = record;
  return {
    id: BigInt(id),
    at: timestampFromMs(atMs),
    lastAt: timestampFromMs(lastMs),
    times: BigInt(times),
    caller: {
      name: callerName,
      kind: KINDS[callerKind] ?? CallerKind.UNSPECIFIED,
      role: callerRole === "" ? RoleNumber.UNSPECIFIED : ROLE_NUMBERS[callerRole],
    },
    address,
    action,
    summary,
    outcome,
  };
}
