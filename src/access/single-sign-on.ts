import { HubError } from "../errors.js";
import type { Networks } from "../networks.js";
import type { Caller } from "./caller.js";
import { reaches, type Role } from "./roles.js";

export interface SingleSignOnSettings {
  /** Proxies whose word is believed; empty: nobody's. */
  readonly proxies: Networks;
  readonly userHeader: string;
  readonly groupsHeader: string;
  /** What members of a group may do; `*` is everybody whom the proxy names. */
  readonly roles: readonly { readonly group: string; readonly role: Role }[];
}

/** Without comma, by which a header that was sent twice is joined, and without anything that hides in a line of text. */
const USER = /^[^\p{C}\p{Z},]{1,128}$/u;

/**
 * The user that a proxy vouches for. Undefined when the other end of the connection is none of the named proxies, or
 * names nobody: others may send the headers, and nobody reads them.
 */
export function userOfProxy(
  settings: SingleSignOnSettings,
  header: Headers,
  peer: string,
): Caller | HubError | undefined {
  if (!settings.proxies.contains(peer)) return undefined;
  const name = header.get(settings.userHeader);
  if (name === null || name === "") return undefined;
  if (!USER.test(name)) {
    return new HubError(
      "unauthenticated",
      `the proxy's header ${settings.userHeader} holds no single user name; let the proxy replace what its callers send`,
    );
  }
  const groups = (header.get(settings.groupsHeader) ?? "").split(/[,|]/).map((group) => group.trim());
  const roles = settings.roles.filter(({ group }) => group === "*" || groups.includes(group)).map(({ role }) => role);
  const role = roles.toSorted((a, b) => (reaches(a, b) ? -1 : 1))[0];
  if (role !== undefined) return { name, kind: "proxy", role };
  return new HubError(
    "permission_denied",
    `${name} is in no group that may use this hub; ask whoever runs it to add a group to --sso-roles`,
  );
}
