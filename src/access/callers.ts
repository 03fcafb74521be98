import { createHash, timingSafeEqual } from "node:crypto";
import { HubError } from "../errors.js";
import { readSessionCookie } from "../session-cookie.js";
import type { Accounts } from "./accounts.js";
import type { Caller, KnownCaller } from "./caller.js";
import { type Credential, readAuthorization } from "./credentials.js";
import type { PasswordLogin } from "./password-login.js";
import { crossSiteRefusal } from "./same-origin.js";
import type { Sessions } from "./sessions.js";
import { type SingleSignOnSettings, userOfProxy } from "./single-sign-on.js";
import { isExpired } from "./token-expiry.js";

/** How long a proxy's word is good for one stream. */
const PROXY_WORD_MS = 3_600_000;

export interface CallersParts {
  readonly adminToken: string;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly login: PasswordLogin;
  readonly singleSignOn: SingleSignOnSettings;
  readonly now: () => number;
}

/** What is known of a request before its body is read. */
export interface CallRequest {
  readonly header: Headers;
  /** As it was called, with its host. */
  readonly url: string;
  /** The caller's address, without a port. */
  readonly address: string;
  /** The address at the other end of the connection: that of a proxy, where there is one. */
  readonly peerAddress: string;
  readonly encrypted: boolean;
}

/** Finds out who makes a request. */
export class Callers {
  readonly #parts: CallersParts;
  readonly #adminToken: Buffer;

  constructor(parts: CallersParts) {
    this.#parts = parts;
    this.#adminToken = digest(parts.adminToken);
  }

  /**
   * Who calls, or why what was shown is not good; undefined when nothing was shown.
   * @param passwords false leaves a password unread, since checking one is work
   */
  async identify(request: CallRequest, passwords = true): Promise<KnownCaller | HubError | undefined> {
    return this.#fromProxy(request) ?? (await this.#fromHeader(request, passwords)) ?? this.#fromCookie(request);
  }

  /** The user or access token that a refused request names: who it really was, nobody knows. */
  claimed({ header }: CallRequest): Caller | undefined {
    const credential = readAuthorization(header.get("authorization") ?? "");
    if (credential === undefined) return undefined;
    const { accounts } = this.#parts;
    if (credential.kind === "basic") {
      const user = accounts.user(credential.name);
      return user === undefined ? undefined : { name: user.name, kind: "user", role: user.role };
    }
    const token = accounts.token(credential.token);
    return token === undefined ? undefined : { name: token.name, kind: "access-token", role: token.role };
  }

  #fromProxy({ header, url, peerAddress, encrypted }: CallRequest): KnownCaller | HubError | undefined {
    const { singleSignOn, now } = this.#parts;
    const user = userOfProxy(singleSignOn, header, peerAddress);
    if (user === undefined || user instanceof HubError) return user;
    const untilMs = now() + PROXY_WORD_MS;
    const renew = new HubError("unavailable", "the proxy has to vouch for its user again; connect again");
    return (
      crossSiteRefusal(header, { url, encrypted, needsProof: false }) ?? {
        ...user,
        now: () => (now() < untilMs ? user : renew),
      }
    );
  }

  async #fromHeader(request: CallRequest, passwords: boolean): Promise<KnownCaller | HubError | undefined> {
    const header = request.header.get("authorization");
    if (header === null) return undefined;
    const credential = readAuthorization(header);
    if (credential === undefined) return notUnderstood();
    if (credential.kind === "bearer") return this.#fromToken(credential.token);
    return passwords ? this.#fromPassword(credential, request.address) : undefined;
  }

  #fromToken(text: string): KnownCaller | HubError {
    // Digests have one length, so that comparing them takes the same time whatever was given.
    if (timingSafeEqual(digest(text), this.#adminToken)) {
      const admin: Caller = { name: "admin", kind: "admin-token", role: "admin" };
      return { ...admin, now: () => admin };
    }
    return this.#fromAccessToken(text) ?? this.#parts.sessions.find(text) ?? unknownToken();
  }

  #fromAccessToken(text: string): KnownCaller | HubError | undefined {
    const { accounts, now } = this.#parts;
    const token = accounts.token(text);
    if (token === undefined) return undefined;
    const { name, role } = token;
    const judge = (): Caller | HubError => {
      if (accounts.token(text) === undefined) {
        return new HubError(
          "unauthenticated",
          `the access token "${name}" was revoked; ask an admin of the hub for another`,
        );
      }
      if (!isExpired(token, now())) return { name, kind: "access-token", role };
      return new HubError(
        "unauthenticated",
        `the access token "${name}" has expired; ask an admin of the hub for another`,
      );
    };
    const caller = judge();
    if (caller instanceof HubError) return caller;
    accounts.used(token, now());
    return { ...caller, now: judge };
  }

  async #fromPassword(
    { name, password }: Extract<Credential, { kind: "basic" }>,
    address: string,
  ): Promise<KnownCaller | HubError> {
    const { accounts, login } = this.#parts;
    try {
      const { id, epoch, role } = await login.checkAgain(name, password, address);
      const judge = (): Caller | HubError => {
        const user = accounts.user(name);
        if (user !== undefined && user.id === id && user.epoch === epoch)
          return { name, kind: "user", role: user.role };
        return new HubError("unauthenticated", "the user was removed or has another password now; log in again");
      };
      return { name, kind: "user", role, now: judge };
    } catch (reason) {
      return HubError.from(reason);
    }
  }

  #fromCookie({ header, url, encrypted }: CallRequest): KnownCaller | HubError | undefined {
    const text = readSessionCookie(header.get("cookie"), encrypted);
    if (text === undefined) return undefined;
    const crossSite = crossSiteRefusal(header, { url, encrypted, needsProof: true });
    return crossSite ?? this.#parts.sessions.find(text);
  }
}

function notUnderstood(): HubError {
  return new HubError(
    "unauthenticated",
    `the Authorization header is not understood: send "Bearer <token>" with an access token or what stands in the file admin-token in the hub's data directory, or "Basic" with a user's name and password`,
  );
}

function unknownToken(): HubError {
  return new HubError(
    "unauthenticated",
    "the token is none of this hub's, or was revoked: send an access token that an admin of the hub made, or what stands in the file admin-token in the hub's data directory",
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
