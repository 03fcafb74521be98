import type { Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { HubError } from "../errors.js";
import type { ListChanges } from "../notices.js";
import { kConnection } from "../request-context.js";
import type { AccessStore, AuditEntry } from "../store/access.js";
import { summarize } from "./audit-summary.js";
import { kCaller } from "./caller.js";
import { listsChangedBy } from "./changed-lists.js";
import { rpcName, ruleOf } from "./rpc-roles.js";

export interface AuditParts {
  readonly store: Pick<AccessStore, "addAuditEntry">;
  readonly logger: Logger;
  readonly now: () => number;
  readonly lists: ListChanges;
}

/**
 * Writes every change to the audit log before it is answered: who, what, from where, and what became of it. What is a
 * change says the table of rpcs; all of those are unary. Those who watch are told once it stands there.
 */
export function auditInterceptor({ store, logger, now, lists }: AuditParts): Interceptor {
  return (next) => async (request) => {
    if (request.stream || !ruleOf(request.method).change) return next(request);
    const caller = request.contextValues.get(kCaller);
    const entry: Omit<AuditEntry, "outcome"> = {
      kind: "change",
      atMs: now(),
      callerName: caller?.name ?? "",
      callerKind: caller?.kind ?? "",
      callerRole: caller?.role ?? "",
      address: request.contextValues.get(kConnection)?.address ?? "",
      action: rpcName(request.method),
      summary: summarize(request.method.input, request.message),
    };
    const response = await next(request).catch(async (reason: unknown) => {
      const outcome = HubError.from(reason).code;
      await store.addAuditEntry({ ...entry, outcome }).catch((error: unknown) => {
        logger.error({ err: error, action: entry.action, outcome }, "could not write a failed change to the audit log");
      });
      lists.changed("access");
      throw reason;
    });
    try {
      await store.addAuditEntry({ ...entry, outcome: "ok" });
    } catch (error) {
      logger.error({ err: error, caller: entry.callerName, action: entry.action }, "a change is not in the audit log");
      const why = HubError.from(error).message;
      throw new HubError(
        "unavailable",
        `this was done, but could not be written to the audit log (${why}); look at what there is before you do it again`,
        { cause: error },
      ).toConnectError();
    } finally {
      lists.changed(...listsChangedBy(request.method));
    }
    return response;
  };
}
