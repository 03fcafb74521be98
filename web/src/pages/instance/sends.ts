import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { comesIn } from "../../machine/comes-in.js";
import { namesPlans } from "../../words/plans.js";
import { many } from "../../words/sizes.js";

export interface MissingPlan {
  readonly planId: string;
  /** Empty where its configuration is not shown. */
  readonly repoId: string;
}

/** What a machine sends, as far as that shows. */
export interface Sends {
  readonly plans: number;
  readonly namesPlans: boolean;
  /** Plans of which no operation has come. */
  readonly missing: readonly MissingPlan[];
  readonly configuration: "whole" | "repos" | "part" | "none";
  /** How many of the repos and plans that it names it shows, too. */
  readonly repos: { readonly shown: number; readonly named: number };
  readonly configured: { readonly shown: number; readonly named: number };
}

export function sendsOf(machine: InstanceHealth, state: PeerState | undefined): Sends {
  const config = state?.remoteConfig;
  const repoOf = new Map(config?.plans.map(({ id, repo }) => [id, repo]));
  const shownRepos = new Set(config?.repos.map(({ id }) => id));
  const repos = both(shownRepos, state?.knownRepos.map(({ id }) => id) ?? []);
  const configured = both(new Set(repoOf.keys()), [
    ...(state?.knownPlans.map(({ id }) => id) ?? []),
    ...machine.plans.map(({ planId }) => planId),
  ]);
  const [shown, named] = [repos.shown + configured.shown, repos.named + configured.named];
  return {
    plans: machine.plans.length,
    namesPlans: namesPlans(state),
    missing: machine.plans
      .filter((plan) => !comesIn(plan))
      .map(({ planId }) => ({ planId, repoId: repoOf.get(planId) ?? "" })),
    configuration: shown === 0 ? "none" : repoOf.size === 0 ? "repos" : shown === named ? "whole" : "part",
    repos,
    configured,
  };
}

function both(shown: ReadonlySet<string>, named: Iterable<string>): { readonly shown: number; readonly named: number } {
  return { shown: shown.size, named: new Set([...shown, ...named]).size };
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** "Operations of 3 of 4 plans"; of how many only where the machine names its plans. */
export function operationsTitle({ plans, missing, namesPlans: named }: Sends): string {
  const coming = plans - missing.length;
  if (plans === 0 || coming === 0) return "No operations";
  if (!named) return `Operations of ${many(coming, "plan")}`;
  if (missing.length === 0)
    return plans === 1 ? "Operations of its one plan" : `Operations of ${plans === 2 ? "both" : `all ${plans}`} plans`;
  return `Operations of ${coming} of ${plans} plans`;
}

/** "To see the fourth, labor:", "To see labor and mail:". */
export function toSee({ plans, missing }: Sends): string {
  const [only] = missing;
  if (missing.length === plans || only === undefined) return "To see them:";
  const ordinal = ORDINALS[plans - 1];
  if (missing.length === 1 && ordinal !== undefined) return `To see the ${ordinal}, ${only.planId}:`;
  const names = missing.slice(0, 4).map(({ planId }) => planId);
  const more = missing.length > names.length ? [`${missing.length - names.length} more`] : [];
  const all = [...names, ...more];
  return `To see ${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}:`;
}

/** The repos to add to the scopes; empty where one of them is not known. */
export function missingRepos({ missing }: Sends): string[] {
  return missing.some(({ repoId }) => repoId === "")
    ? []
    : [...new Set(missing.map(({ repoId }) => repoId))].toSorted();
}
