/** What an `Authorization` header holds. */
export type Credential =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly name: string; readonly password: string };

/** Undefined for what is neither RFC 6750 nor RFC 7617. */
export function readAuthorization(header: string): Credential | undefined {
  const [, scheme = "", text = ""] = /^(bearer|basic) +(\S+) *$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: text };
  if (scheme === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(text, "base64").toString()) ?? [];
  return name === undefined || password === undefined ? undefined : { kind: "basic", name, password };
}
