import { create, equals } from "@bufbuild/protobuf";
import {
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { PushItems } from "../store/pushes.js";
import type { Generation } from "../store/store.js";
import {
  planFingerprint,
  repoFingerprint,
  type ShownConfig,
  showsNothing,
  tidyPlan,
  tidyRepo,
} from "./shown-config.js";

/** A change as it goes out to a peer of that generation. */
export function tidyChange(change: SetConfig, generation: Generation): SetConfig {
  return create(SetConfigSchema, {
    repos: change.repos.map((repo) => tidyRepo(repo, generation)),
    plans: change.plans.map((plan) => tidyPlan(plan)),
    reposToDelete: [...new Set(change.reposToDelete)],
    plansToDelete: [...new Set(change.plansToDelete)],
  });
}

/** What is left of a tidy change where the peer has the rest: only a real difference is worth a push. */
export function difference(change: SetConfig, shown: ShownConfig | undefined): SetConfig {
  if (shown === undefined) return change;
  const repoIds = new Set([...shown.repos.values()].map(({ id }) => id));
  return create(SetConfigSchema, {
    repos: change.repos.filter((repo) => shown.repos.get(repo.guid)?.fingerprint !== repoFingerprint(repo)),
    plans: change.plans.filter((plan) => shown.plans.get(plan.id)?.fingerprint !== planFingerprint(plan)),
    // Who may delete an entry is shown it: what is not among the rest is not there.
    reposToDelete: change.reposToDelete.filter((id) => repoIds.has(id) || showsNothing(shown)),
    plansToDelete: change.plansToDelete.filter((id) => shown.plans.has(id) || showsNothing(shown)),
  });
}

export function isEmptyChange(change: SetConfig): boolean {
  const { repos, plans, reposToDelete, plansToDelete } = change;
  return repos.length + plans.length + reposToDelete.length + plansToDelete.length === 0;
}

export function isSameChange(one: SetConfig, other: SetConfig): boolean {
  return equals(SetConfigSchema, one, other);
}

export function itemsOf({ repos, plans, reposToDelete, plansToDelete }: SetConfig): PushItems {
  return { repos: repos.map(({ id }) => id), plans: plans.map(({ id }) => id), reposToDelete, plansToDelete };
}

/** Whether the newer push says something about everything that the older one is about. */
export function coversItems(newer: PushItems, older: PushItems): boolean {
  const covers = (about: readonly string[], wanted: readonly string[]) => wanted.every((id) => about.includes(id));
  const repos = [...newer.repos, ...newer.reposToDelete];
  const plans = [...newer.plans, ...newer.plansToDelete];
  return (
    covers(repos, [...older.repos, ...older.reposToDelete]) && covers(plans, [...older.plans, ...older.plansToDelete])
  );
}
