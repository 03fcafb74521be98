/**
 * Over TLS the name's prefix keeps every other host, and every page in clear text, from setting it (RFC 6265bis,
 * section 4.1.3); in clear text browsers refuse such names.
 */
const SECURE_NAME = "__Host-backrest-hub";
const PLAIN_NAME = "backrest-hub";

/** The session in a request's `Cookie` header. */
export function readSessionCookie(header: string | null | undefined, encrypted: boolean): string | undefined {
  if (header === null || header === undefined) return undefined;
  const start = `${nameFor(encrypted)}=`;
  const cookie = header.split(";").find((part) => part.trimStart().startsWith(start));
  return cookie?.trim().slice(start.length) || undefined;
}

/** A `Set-Cookie` header: no script reads it, and no page of another site sends it. */
export function sessionCookie(session: string, seconds: number, encrypted: boolean): string {
  const secure = encrypted ? "; Secure" : "";
  return `${nameFor(encrypted)}=${session}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

function nameFor(encrypted: boolean): string {
  return encrypted ? SECURE_NAME : PLAIN_NAME;
}
