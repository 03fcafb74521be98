import {
  type Multihost_Permission as Permission,
  Multihost_Permission_Type as GrantType,
} from "../../../../gen/v1/config_pb.js";

const WORDS: Readonly<Partial<Record<GrantType, string>>> = {
  [GrantType.PERMISSION_READ_OPERATIONS]: "read operations",
  [GrantType.PERMISSION_READ_CONFIG]: "read configuration",
  [GrantType.PERMISSION_READ_WRITE_CONFIG]: "change configuration",
  [GrantType.PERMISSION_RECEIVE_SHARED_REPOS]: "take shared repos",
};

/** What a machine may at the hub besides sending its history, in short words: `take shared repos (vault)`. */
export function allowsWords(permissions: readonly Pick<Permission, "type" | "scopes">[]): string {
  const words = permissions.map(({ type, scopes }) => {
    const some = scopes.filter((scope) => scope !== "*").map((scope) => scope.replace(/^(?:repo|plan):/u, ""));
    const narrowed = some.length === 0 || scopes.includes("*") ? "" : ` (${some.join(", ")})`;
    return `${WORDS[type] ?? "something that this page does not know"}${narrowed}`;
  });
  return words.length === 0 ? "send its history" : words.join(", ");
}
