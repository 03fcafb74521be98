import { InvalidArgumentError, Option } from "commander";
import { Role } from "../../gen/hub/v1/access_pb.js";

const ROLES: Readonly<Record<string, Role>> = { viewer: Role.VIEWER, operator: Role.OPERATOR, admin: Role.ADMIN };

export function roleNumber(text: string): Role {
  const role = Object.hasOwn(ROLES, text) ? ROLES[text] : undefined;
  if (role === undefined) throw new InvalidArgumentError("Write viewer, operator or admin.");
  return role;
}

export function roleOption(): Option {
  return new Option("--role <ROLE>", "viewer, operator or admin").argParser(roleNumber).makeOptionMandatory();
}

export function roleName(role: Role): string {
  return (Role[role] ?? "").toLowerCase();
}
