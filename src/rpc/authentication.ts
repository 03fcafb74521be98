import type { ConnectRouter } from "@connectrpc/connect";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import type { PasswordHasher } from "../access/password-hasher.js";
import { assertPassword } from "../access/password-rules.js";
import type { Sessions } from "../access/sessions.js";
import { kConnection } from "../request-context.js";
import { answered } from "./answered.js";
import { logIn, type LogInParts } from "./log-in.js";

export interface AuthenticationParts extends LogInParts {
  readonly sessions: Sessions;
  readonly hasher: PasswordHasher;
}

/** `v1.Authentication`: how Backrest's own page logs in. */
export function authenticationRoutes(router: ConnectRouter, parts: AuthenticationParts): void {
  const { sessions, hasher, login } = parts;
  router.service(Authentication, {
    login: ({ username, password }, context) =>
      answered(async () => ({ token: sessions.begin(await logIn(parts, username, password, context)).text })),
    // For a configuration that the page then writes. Open as in Backrest, so that it is counted like a try to log in.
    hashPassword: ({ value }, { values }) =>
      answered(async () => {
        assertPassword(value);
        const address = values.get(kConnection)?.address ?? "";
        login.take(address);
        return { value: Buffer.from(await hasher.hash(value, login.standing(address))).toString("base64") };
      }),
  });
}
