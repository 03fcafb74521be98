import type { HandlerContext } from "@connectrpc/connect";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import { type Caller, kCaller, type KnownCaller } from "./caller.js";
import type { Callers, CallRequest } from "./callers.js";
import type { RefusalLog } from "./refusal-log.js";
import { reaches, type Role } from "./roles.js";
import { rpcName, type RpcRule, ruleOf } from "./rpc-roles.js";

export interface AccessGateParts {
  readonly callers: Callers;
  readonly refusals: RefusalLog;
}

/** Who calls, and why it may not go on; nobody in particular may where a call is open. */
export interface Admission {
  readonly caller?: KnownCaller;
  readonly refusal?: HubError;
}

/**
 * Decides on a request's headers alone; a caller that showed something and is refused is noted.
 * @param action the rpc, or the path of what is none
 */
export async function admit(
  { callers, refusals }: AccessGateParts,
  request: CallRequest,
  action: string,
  role: RpcRule["role"],
): Promise<Admission> {
  // What is open is open to strangers, whom the hub does no work for.
  const found = await callers.identify(request, role !== "open");
  const who = found === undefined || found instanceof HubError ? {} : { caller: found };
  if (role === "open") return who;
  const unknown = found instanceof HubError ? found : nothingShown();
  const refusal = who.caller === undefined ? unknown : roleRefusal(who.caller, role);
  if (refusal === undefined) return who;
  if (found !== undefined) {
    const claimed = who.caller ?? callers.claimed(request);
    const caller = claimed === undefined ? {} : { caller: claimed };
    refusals.note({ ...caller, address: request.address, action, outcome: refusal.code });
  }
  return { ...who, refusal };
}

/**
 * Decides who may call what; meant as Connect's `requestGate`, which runs before a body is read. Who calls stands in the
 * context's values from then on. Throws `unauthenticated` or `permission_denied`.
 */
export function accessGate(parts: AccessGateParts): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const { method, values } = context;
    const { caller, refusal } = await admit(parts, callRequest(context), rpcName(method), ruleOf(method).role);
    if (caller !== undefined) {
      values.set(kCaller, caller);
      values.get(kConnection)?.authenticated();
    }
    if (refusal !== undefined) throw refusal.toConnectError();
  };
}

/** Why the caller may not do what needs this role; undefined when it may. */
export function roleRefusal(caller: Caller, needed: Role): HubError | undefined {
  if (reaches(caller.role, needed)) return undefined;
  return new HubError(
    "permission_denied",
    `this needs the role ${needed}, and ${caller.name} has the role ${caller.role}; ask an admin of the hub`,
  );
}

function callRequest({ requestHeader, url, values }: HandlerContext): CallRequest {
  const connection = values.get(kConnection);
  return {
    header: requestHeader,
    url,
    address: connection?.address ?? "",
    peerAddress: connection?.peerAddress ?? "",
    encrypted: connection?.encrypted ?? false,
  };
}

function nothingShown(): HubError {
  return new HubError(
    "unauthenticated",
    `this call needs a login: send the header "Authorization: Bearer <token>" with an access token, or with what stands in the file admin-token in the hub's data directory`,
  );
}
