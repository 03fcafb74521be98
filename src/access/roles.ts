import type { Role } from "../store/access.js";

export type { Role } from "../store/access.js";

/** From the least to the most. */
export const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

/** Whether a role may do what another one may. */
export function reaches(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}
