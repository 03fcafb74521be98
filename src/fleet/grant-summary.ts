import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import type { GrantVerdict, KnownGrants } from "./host-grants.js";
import { readPermissions } from "./permissions.js";
import { showsNothing } from "./shown-config.js";

type Kind = Exclude<GrantVerdict["kind"], "conflict">;

/** What a peer takes from the hub, as far as anything tells. */
export interface GrantSummary {
  readonly sharedRepos: Kind;
  /** A change of any repo or plan; `granted` may be for some of them only. */
  readonly configuration: Kind;
}

/** As {@link judgeGrants}, without a certain push in mind. @param hubInstanceId of the hub whose repos it may show */
export function summarizeGrants(known: KnownGrants, hubInstanceId: string): GrantSummary {
  const { generation, record, shown } = known;
  const granted = readPermissions(record?.grants ?? [], generation);
  const otherwise: Kind = record === undefined ? "unknown" : "not-granted";
  const configuration = granted.hasType(GrantType.PERMISSION_READ_WRITE_CONFIG)
    ? "granted"
    : hidesAll(known)
      ? "not-granted"
      : otherwise;
  // The seed generation has no grant of its own for them: they come as changes of its configuration.
  if (generation === "seed" || configuration === "granted") return { sharedRepos: configuration, configuration };
  const tookShared = [...(shown?.repos.values() ?? [])].some((repo) => repo.originInstanceId === hubInstanceId);
  const takes = tookShared || granted.hasType(GrantType.PERMISSION_RECEIVE_SHARED_REPOS);
  return { sharedRepos: takes ? "granted" : otherwise, configuration };
}

/** Who may change an entry is shown it. Not so in the seed generation, which looks for a repo's scope under its guid. */
function hidesAll({ generation, shown, listed }: KnownGrants): boolean {
  const lists = listed.repos.size > 0 || listed.plans.size > 0;
  return generation === "current" && lists && shown !== undefined && showsNothing(shown);
}
