import type { HandlerContext } from "@connectrpc/connect";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import { type Caller, kCaller } from "./caller.js";
import type { Callers, CallRequest } from "./callers.js";
import type { RefusalLog } from "./refusal-log.js";
import { reaches, type Role } from "./roles.js";
import { rpcName, ruleOf } from "./rpc-roles.js";

export interface AccessGateParts {
  readonly callers: Callers;
  readonly refusals: RefusalLog;
}

/**
 * Decides on the headers alone who may call what; meant as Connect's `requestGate`, which runs before a body is read.
 * Who calls stands in the context's values from then on. Throws `unauthenticated` or `permission_denied`.
 */
export function accessGate({ callers, refusals }: AccessGateParts): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const { role } = ruleOf(context.method);
    const request = callRequest(context);
    // What is open is open to strangers, whom the hub does no work for.
    const found = await callers.identify(request, role !== "open");
    const caller = found instanceof HubError ? undefined : found;
    if (caller !== undefined) {
      context.values.set(kCaller, caller);
      context.values.get(kConnection)?.authenticated();
    }
    if (role === "open") return;
    const unknown = found instanceof HubError ? found : nothingShown();
    const refusal = caller === undefined ? unknown : roleRefusal(caller, role);
    if (refusal === undefined) return;
    if (found !== undefined) {
      const { address } = request;
      const who = caller === undefined ? {} : { caller };
      refusals.note({ ...who, address, action: rpcName(context.method), outcome: refusal.code });
    }
    throw refusal.toConnectError();
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

export function nothingShown(): HubError {
  return new HubError(
    "unauthenticated",
    `this call needs a login: send the header "Authorization: Bearer <token>" with an access token, or with what stands in the file admin-token in the hub's data directory`,
  );
}
