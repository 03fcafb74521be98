import { InvalidArgumentError } from "commander";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { Grant } from "../store/store.js";

/** As the command line has them. */
const TYPES: Readonly<Record<string, GrantType>> = {
  "read-operations": GrantType.PERMISSION_READ_OPERATIONS,
  "read-config": GrantType.PERMISSION_READ_CONFIG,
  "read-write-config": GrantType.PERMISSION_READ_WRITE_CONFIG,
  "receive-shared-repos": GrantType.PERMISSION_RECEIVE_SHARED_REPOS,
};

/**
 * One `--grant TYPE[=SCOPE,...]`, behind those that came before it. Without scopes it covers everything, which is
 * written out: an empty list means that to the one generation and nothing at all to the other.
 */
export function collectGrant(text: string, before: readonly Grant[] = []): readonly Grant[] {
  const [name = "", ...rest] = text.split("=");
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) throw new InvalidArgumentError(`Write one of ${Object.keys(TYPES).join(", ")}.`);
  // Of two grants of a type only the last would count.
  if (before.some((grant) => grant.type === type)) {
    throw new InvalidArgumentError(`Give ${name} once, with all of its scopes: --grant ${name}=repo:a,repo:b`);
  }
  if (rest.length === 0) return [...before, { type, scopes: ["*"] }];
  const scopes = rest
    .join("=")
    .split(",")
    .map((scope) => scope.trim());
  if (scopes.includes("")) throw new InvalidArgumentError("Write scopes as *, repo:ID, plan:ID, !repo:ID or !plan:ID.");
  return [...before, { type, scopes }];
}
