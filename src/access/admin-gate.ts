import { createHash, timingSafeEqual } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import { HubError } from "../errors.js";

/** Services that anybody may call: each authenticates its callers itself, or has nothing to hide. */
const OPEN_SERVICES: readonly string[] = [
  "v1sync.BackrestSyncService",
  "v1.Authentication",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

export interface AdminGateParts {
  readonly adminToken: string;
  /** Told of a call with the right token, before anything of it is read. */
  readonly onAuthenticated: (context: HandlerContext) => void;
}

/**
 * Decides on the headers alone who may call what; meant as Connect's `requestGate`, which runs before a body is read.
 * Throws `unauthenticated` with words that say where the token is.
 */
export function adminGate(parts: AdminGateParts): (context: HandlerContext) => void {
  const wanted = digest(parts.adminToken);
  return (context) => {
    const given = bearerToken(context.requestHeader.get("authorization"));
    // Digests have one length, so that comparing them takes the same time whatever was given.
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) {
      parts.onAuthenticated(context);
      return;
    }
    if (!OPEN_SERVICES.includes(context.service.typeName)) throw refusal(given).toConnectError();
  };
}

/**
 * The same for what is no rpc: Bearer, or Basic with the token as the password and whatever name.
 * @returns why the caller is refused; nothing when it is not
 */
export function adminCheck(adminToken: string): (authorization: string | undefined) => HubError | undefined {
  const wanted = digest(adminToken);
  return (authorization) => {
    const given = bearerToken(authorization ?? null) ?? basicPassword(authorization);
    return given !== undefined && timingSafeEqual(digest(given), wanted) ? undefined : refusal(given);
  };
}

function basicPassword(header: string | undefined): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? "")?.[1];
  return encoded === undefined ? undefined : /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8"))?.[1];
}

function bearerToken(header: string | null): string | undefined {
  return header === null ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
}

function refusal(given: string | undefined): HubError {
  const what = given === undefined ? "this call needs the hub's admin token" : "the token is not the hub's admin token";
  return new HubError(
    "unauthenticated",
    `${what}: send the header "Authorization: Bearer <token>" with what stands in the file admin-token in the hub's data directory`,
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
