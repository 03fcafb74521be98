import { createHmac, timingSafeEqual } from "node:crypto";

/** How long a login lasts, as in Backrest. */
export const SESSION_MS = 7 * 24 * 3_600_000;

/** What a session's token says. */
export interface SessionClaims {
  /** The user's name. */
  readonly sub: string;
  /** Unix seconds. */
  readonly iat: number;
  /** Unix seconds. */
  readonly exp: number;
  /** The session's own id, by which it can be ended. */
  readonly jti: string;
  /** The user's id, so that a later user of the same name is another one. */
  readonly uid: number;
  /** The user's epoch, which every change of the password raises. */
  readonly epoch: number;
}

const HEADER = encode({ alg: "HS256", typ: "JWT" });
const MAX_LENGTH = 2_048;

/** A JSON Web Token (RFC 7519), signed with HMAC-SHA-256, as Backrest's page expects from a login. */
export function signSession(claims: SessionClaims, key: Uint8Array): string {
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${signature(signed, key).toString("base64url")}`;
}

/** Whether a text has the look of a session's token, of whichever key. */
export function looksLikeSession(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** The claims of a token that this key signed; nobody has looked yet whether its time is over. */
export function readSession(text: string, key: Uint8Array): SessionClaims | undefined {
  if (!looksLikeSession(text)) return undefined;
  const [header = "", body = "", given = ""] = text.split(".");
  // Our own header only: whoever chooses the algorithm chooses how hard it is to forge.
  if (header !== HEADER) return undefined;
  const wanted = signature(`${header}.${body}`, key);
  const found = Buffer.from(given, "base64url");
  if (found.length !== wanted.length || !timingSafeEqual(found, wanted)) return undefined;
  // What this key signed was written by this hub.
  const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
  return isClaims(claims) ? claims : undefined;
}

function signature(signed: string, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(signed).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function isClaims(claims: unknown): claims is SessionClaims {
  if (typeof claims !== "object" || claims === null) return false;
  const has = (name: string, type: string) => typeof Reflect.get(claims, name) === type;
  return (
    ["iat", "exp", "uid", "epoch"].every((name) => has(name, "number")) && has("sub", "string") && has("jti", "string")
  );
}
