import type { Grant } from "../store.js";

/** Grants as a column holds them. */
export function grantsToJson(grants: readonly Grant[]): string {
  return JSON.stringify(grants.map(({ type, scopes }) => ({ type, scopes })));
}

/** What is no grant, which only another program can have written, is left out. */
export function grantsFromJson(json: string): Grant[] {
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.filter(isGrant).map(({ type, scopes }) => ({ type, scopes })) : [];
}

function isGrant(value: unknown): value is Grant {
  if (typeof value !== "object" || value === null || !("type" in value) || !("scopes" in value)) return false;
  const { type, scopes } = value;
  return typeof type === "number" && Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string");
}
