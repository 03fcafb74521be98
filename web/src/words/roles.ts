import { CallerKind, Role } from "../../../gen/hub/v1/access_pb.js";

interface RoleWords {
  readonly role: Role;
  readonly name: string;
  /** What it may, besides what the one before it may. */
  readonly may: string;
}

/** The roles, the least first. */
export const ROLES: readonly RoleWords[] = [
  { role: Role.VIEWER, name: "viewer", may: "sees machines, history and configurations; secrets are masked" },
  { role: Role.OPERATOR, name: "operator", may: "also lets machines in and out, snoozes them and clears history" },
  { role: Role.ADMIN, name: "admin", may: "also people, tokens, shared repos and changes of machines" },
];

export function roleWords(role: Role): string {
  return ROLES.find((row) => row.role === role)?.name ?? "a role that this page does not know";
}

/** From the value of a form's field. */
export function roleOf(value: string): Role {
  return ROLES.find(({ name }) => name === value)?.role ?? Role.UNSPECIFIED;
}

const KINDS: Readonly<Record<CallerKind, string>> = {
  [CallerKind.UNSPECIFIED]: "",
  [CallerKind.ADMIN_TOKEN]: "admin token",
  [CallerKind.USER]: "",
  [CallerKind.ACCESS_TOKEN]: "access token",
  [CallerKind.PROXY]: "by the proxy",
};

/** What a caller showed, where it was not a password. */
export function kindWords(kind: CallerKind): string {
  return KINDS[kind];
}
