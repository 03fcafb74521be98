import type { HandlerContext, Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { ListChanges } from "../notices.js";
import type { AccessStore } from "../store/access.js";
import { accessGate } from "./access-gate.js";
import { Accounts } from "./accounts.js";
import { auditInterceptor } from "./audit.js";
import { Callers } from "./callers.js";
import { LiveCalls } from "./live-calls.js";
import { PasswordHasher } from "./password-hasher.js";
import { PasswordLogin, type Tries } from "./password-login.js";
import { RefusalLog } from "./refusal-log.js";
import type { Sealer } from "./sealing.js";
import { Sessions } from "./sessions.js";
import type { SingleSignOnSettings } from "./single-sign-on.js";

export interface AccessParts {
  readonly store: AccessStore;
  readonly sealer: Sealer;
  readonly adminToken: string;
  readonly singleSignOn: SingleSignOnSettings;
  readonly tries: Tries;
  /** Told of what people and programs changed. */
  readonly lists: ListChanges;
  readonly logger: Logger;
  /** Wall clock. */
  readonly now: () => number;
  /** A clock that is never set back. */
  readonly monotonicMs: () => number;
}

/** Everything that decides and records who calls. */
export interface Access {
  readonly accounts: Accounts;
  readonly hasher: PasswordHasher;
  readonly sessions: Sessions;
  readonly login: PasswordLogin;
  readonly callers: Callers;
  readonly refusals: RefusalLog;
  readonly liveCalls: LiveCalls;
  /** Connect's `requestGate`. */
  readonly gate: (context: HandlerContext) => Promise<void>;
  readonly interceptors: readonly Interceptor[];
  /** Writes down what was gathered; the store is still open then. */
  close(): Promise<void>;
}

export async function openAccess(parts: AccessParts): Promise<Access> {
  const { store, logger, now, lists } = parts;
  const hasher = new PasswordHasher();
  const accounts = await Accounts.load({ ...parts, hasher });
  const sessions = new Sessions(accounts, now);
  const login = new PasswordLogin({ ...parts, accounts, hasher });
  const callers = new Callers({ ...parts, accounts, sessions, login });
  const refusals = new RefusalLog(store, logger, now, lists);
  const liveCalls = new LiveCalls();
  const forget = accounts.onChange(liveCalls.sweep);
  return {
    accounts,
    hasher,
    sessions,
    login,
    callers,
    refusals,
    liveCalls,
    gate: accessGate({ callers, refusals }),
    interceptors: [liveCalls.interceptor, auditInterceptor({ store, logger, now, lists })],
    close: async () => {
      forget();
      liveCalls.close();
      await refusals.flush();
    },
  };
}
