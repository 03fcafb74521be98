import { RPC_RULES, type RpcRule } from "./rpc-roles.js";

const ROLES = ["open", "viewer", "operator", "admin"] as const;

/** The table of rpcs as docs/access.md shows it, in Markdown. */
export function rulesTable(): string {
  const rows = Object.entries(RPC_RULES).flatMap(([service, methods]) =>
    ROLES.flatMap((role) => {
      const own = Object.entries(methods).filter(([, rule]) => rule.role === role);
      if (own.length === 0) return [];
      const who = role === "open" ? "everybody" : role;
      return [`| \`${service}\` | ${who} | ${names(own, false)} | ${names(own, true)} |`];
    }),
  );
  return ["| service | from which role | reads | changes, in the audit log |", "|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

function names(methods: readonly (readonly [string, RpcRule])[], change: boolean): string {
  return methods
    .filter(([, rule]) => rule.change === change)
    .map(([name]) => name)
    .join(", ");
}
