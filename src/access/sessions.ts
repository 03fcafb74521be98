import { randomUUID } from "node:crypto";
import { HubError } from "../errors.js";
import type { UserRecord } from "../store/access.js";
import type { Accounts } from "./accounts.js";
import type { Caller, KnownCaller } from "./caller.js";
import { readSession, SESSION_MS, type SessionClaims, signSession } from "./session-token.js";

/** What a login gives. */
export interface NewSession {
  /** For `Authorization: Bearer` or the cookie. */
  readonly text: string;
  readonly expiresMs: number;
}

/** Sessions of users: nothing of them is kept but those that were ended before their time. */
export class Sessions {
  constructor(
    private readonly accounts: Accounts,
    private readonly now: () => number,
  ) {}

  begin(user: UserRecord): NewSession {
    const iat = Math.floor(this.now() / 1000);
    const exp = iat + SESSION_MS / 1000;
    const claims = { sub: user.name, iat, exp, jti: randomUUID(), uid: user.id, epoch: user.epoch };
    return { text: signSession(claims, this.accounts.sessionKey), expiresMs: exp * 1000 };
  }

  /** Whose session it is, or why it is nobody's; undefined for what this hub did not sign. */
  find(text: string): KnownCaller | HubError | undefined {
    const claims = readSession(text, this.accounts.sessionKey);
    if (claims === undefined) return undefined;
    const caller = this.#judge(claims);
    if (caller instanceof HubError) return caller;
    const session = { sessionId: claims.jti, userId: claims.uid, expiresMs: claims.exp * 1000 };
    return { ...caller, session, now: () => this.#judge(claims) };
  }

  #judge({ sub, uid, epoch, exp, jti }: SessionClaims): Caller | HubError {
    const user = this.accounts.user(sub);
    if (user === undefined || user.id !== uid) return over("its user was removed");
    if (user.epoch !== epoch) return over("its user's password was changed");
    if (this.accounts.isEnded(jti)) return over("it was logged out");
    if (exp * 1000 <= this.now()) return over("its seven days are over");
    return { name: user.name, kind: "user", role: user.role };
  }
}

function over(why: string): HubError {
  return new HubError("unauthenticated", `this session has ended: ${why}; log in again`);
}
