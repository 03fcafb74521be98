import type { HandlerContext } from "@connectrpc/connect";
import type { Accounts } from "../access/accounts.js";
import type { PasswordLogin } from "../access/password-login.js";
import type { RefusalLog } from "../access/refusal-log.js";
import { rpcName } from "../access/rpc-roles.js";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import type { UserRecord } from "../store/access.js";

export interface LogInParts {
  readonly accounts: Accounts;
  readonly login: PasswordLogin;
  readonly refusals: RefusalLog;
}

/**
 * The user of this name and password; a wrong one is noted.
 * @throws HubError `unauthenticated`, `resource_exhausted`
 */
export async function logIn(
  { accounts, login, refusals }: LogInParts,
  name: string,
  password: string,
  { values, method }: Pick<HandlerContext, "values" | "method">,
): Promise<UserRecord> {
  const address = values.get(kConnection)?.address ?? "";
  try {
    return await login.check(name, password, address);
  } catch (reason) {
    const outcome = HubError.from(reason).code;
    const user = accounts.user(name);
    const caller = user === undefined ? {} : { caller: { name, kind: "user", role: user.role } as const };
    refusals.note({ ...caller, address, action: rpcName(method), outcome });
    throw reason;
  }
}
