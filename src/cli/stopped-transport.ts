import { type ConnectRouter, createRouterTransport, type Interceptor, type Transport } from "@connectrpc/connect";
import { pino } from "pino";
import { auditInterceptor } from "../access/audit.js";
import { type Caller, kCaller } from "../access/caller.js";
import { NOBODY_TOLD } from "../notices.js";
import type { StoppedHub } from "./stopped-hub.js";

/** Whoever may write in the data directory may read its admin token, too. */
const ADMIN: Caller = { name: "admin", kind: "admin-token", role: "admin" };

/** Calls services in this process, over the data of a stopped hub; what they change is in the audit log all the same. */
export function stoppedTransport(
  { store }: Pick<StoppedHub, "store">,
  routes: (router: ConnectRouter) => void,
): Transport {
  const identify: Interceptor = (next) => (request) => {
    request.contextValues.set(kCaller, { ...ADMIN, now: () => ADMIN });
    return next(request);
  };
  const audit = auditInterceptor({ store, logger: pino({ level: "silent" }), now: Date.now, lists: NOBODY_TOLD });
  return createRouterTransport(routes, { router: { interceptors: [identify, audit] } });
}
