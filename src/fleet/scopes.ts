import { HubError } from "../errors.js";

/** What a grant covers, read from its scopes. Ids are compared exactly: no prefixes, no patterns, case counts. */
export interface Scopes {
  /** A repo is never covered by a `plan:` scope, nor a plan by a `repo:` one. */
  coversRepo(repoId: string): boolean;
  coversPlan(planId: string): boolean;
}

const FORM = /^(!?)(repo|plan):(.+)$/su;

/**
 * Reads `*`, `repo:ID`, `plan:ID`, `!repo:ID` and `!plan:ID`. An exclusion goes before everything else and covers
 * nothing by itself.
 * @throws HubError `invalid_argument`, naming the first scope of another form: the whole set is worth nothing then
 */
export function readScopes(scopes: readonly string[]): Scopes {
  const everything = scopes.includes("*");
  const covered = { repo: new Set<string>(), plan: new Set<string>() };
  const excluded = { repo: new Set<string>(), plan: new Set<string>() };
  for (const scope of scopes) {
    if (scope === "*") continue;
    const [, negation, kind, id] = FORM.exec(scope) ?? [];
    if ((kind !== "repo" && kind !== "plan") || id === undefined) throw unreadable(scope);
    (negation === "!" ? excluded : covered)[kind].add(id);
  }
  const covers = (kind: "repo" | "plan", id: string) =>
    !excluded[kind].has(id) && (everything || covered[kind].has(id));
  return {
    coversRepo: (repoId) => covers("repo", repoId),
    coversPlan: (planId) => covers("plan", planId),
  };
}

function unreadable(scope: string): HubError {
  return new HubError(
    "invalid_argument",
    `${JSON.stringify(scope)} is no scope; write "*" for everything, "repo:ID" or "plan:ID", and "!repo:ID" or "!plan:ID" to take something out of it`,
  );
}
