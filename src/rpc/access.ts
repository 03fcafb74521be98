import type { ConnectRouter } from "@connectrpc/connect";
import { durationMs, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { AccessService } from "../../gen/hub/v1/access_pb.js";
import type { Accounts } from "../access/accounts.js";
import { callerName, kCaller } from "../access/caller.js";
import type { PasswordLogin } from "../access/password-login.js";
import type { RefusalLog } from "../access/refusal-log.js";
import type { Sessions } from "../access/sessions.js";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import { sessionCookie } from "../session-cookie.js";
import type { AccessStore } from "../store/access.js";
import { accessTokenMessage, auditMessage, callerMessage, roleFrom, userMessage } from "./access-messages.js";
import { answered } from "./answered.js";
import { logIn } from "./log-in.js";

export interface AccessRoutesParts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly login: PasswordLogin;
  readonly refusals: RefusalLog;
  readonly store: Pick<AccessStore, "listAudit">;
  readonly now: () => number;
  /** A proxy is named that may sign people in. */
  readonly singleSignOn: boolean;
}

const DEFAULT_TTL_MS = 365 * 24 * 3_600_000;
const DEFAULT_AUDIT_LIMIT = 100;
const MAX_AUDIT_LIMIT = 10_000;

/** `hub.v1.AccessService`: who may call the hub, and who did. */
export function accessRoutes(router: ConnectRouter, parts: AccessRoutesParts): void {
  const { accounts, now } = parts;
  router.service(AccessService, {
    getSignIn: (_request, { values }) => {
      const caller = values.get(kCaller);
      return {
        firstStart: accounts.listUsers().length === 0,
        singleSignOn: parts.singleSignOn,
        needsTls: !(values.get(kConnection)?.takesSecrets ?? false),
        ...(caller === undefined ? {} : { caller: callerMessage(caller) }),
      };
    },
    login: ({ username, password }, context) =>
      answered(async () => {
        const user = await logIn(parts, username, password, context);
        const { text, expiresMs } = parts.sessions.begin(user);
        const encrypted = context.values.get(kConnection)?.encrypted ?? false;
        const seconds = Math.floor((expiresMs - now()) / 1000);
        context.responseHeader.append("set-cookie", sessionCookie(text, seconds, encrypted));
        return { caller: callerMessage({ ...user, kind: "user" }), expiresAt: timestampFromMs(expiresMs) };
      }),
    logout: (_request, { values, responseHeader }) =>
      answered(async () => {
        const session = values.get(kCaller)?.session;
        if (session !== undefined) await accounts.endSession(session);
        responseHeader.append("set-cookie", sessionCookie("", 0, values.get(kConnection)?.encrypted ?? false));
        return {};
      }),
    whoAmI: (_request, { values }) => {
      const caller = values.get(kCaller);
      return caller === undefined ? {} : { caller: callerMessage(caller) };
    },
    listUsers: () => ({ users: accounts.listUsers().map(userMessage) }),
    addUser: ({ name, role, password }, { values }) =>
      answered(async () => {
        const user = await accounts.addUser(name, roleFrom(role), password, callerName(values));
        return { user: userMessage(user) };
      }),
    removeUser: ({ name }) => answered(async () => ({ user: userMessage(await accounts.removeUser(name)) })),
    setUserRole: ({ name, role }) =>
      answered(async () => ({ user: userMessage(await accounts.setRole(name, roleFrom(role))) })),
    setUserPassword: ({ name, password }) =>
      answered(async () => ({ user: userMessage(await accounts.setPassword(name, password)) })),
    changePassword: ({ currentPassword, newPassword }, { values }) =>
      answered(async () => {
        const caller = values.get(kCaller);
        if (caller?.kind !== "user") {
          throw new HubError("failed_precondition", "only a user of the hub has a password to change; log in as one");
        }
        await parts.login.check(caller.name, currentPassword, values.get(kConnection)?.address ?? "");
        await accounts.setPassword(caller.name, newPassword);
        return {};
      }),
    listAccessTokens: () => ({ tokens: accounts.listTokens().map((token) => accessTokenMessage(token, now())) }),
    createAccessToken: ({ name, role, ttl }, { values }) =>
      answered(async () => {
        const ttlMs = ttl === undefined ? DEFAULT_TTL_MS : durationMs(ttl);
        const wishes = { name, role: roleFrom(role), ttlMs, createdBy: callerName(values) };
        const { token, text } = await accounts.addToken(wishes);
        return { token: accessTokenMessage(token, now()), text };
      }),
    revokeAccessToken: ({ id }) =>
      answered(async () => ({ token: accessTokenMessage(await accounts.revokeToken(Number(id)), now()) })),
    listAuditEvents: ({ caller, action, since, failuresOnly, limit }) =>
      answered(async () => {
        if (limit < 0)
          throw new HubError("invalid_argument", `the limit is ${limit}; give a number from 1, or 0 for 100`);
        // What was refused a moment ago is to be seen.
        await parts.refusals.flush();
        const events = await parts.store.listAudit({
          ...(caller === undefined ? {} : { callerName: caller }),
          ...(action === undefined ? {} : { action }),
          ...(since === undefined ? {} : { sinceMs: timestampMs(since) }),
          failuresOnly,
          limit: Math.min(limit === 0 ? DEFAULT_AUDIT_LIMIT : limit, MAX_AUDIT_LIMIT),
        });
        return { events: events.map(auditMessage) };
      }),
  });
}
