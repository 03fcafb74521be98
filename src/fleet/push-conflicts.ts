import type { SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";
import type { Generation } from "../store/store.js";
import type { ShownConfig } from "./shown-config.js";

export interface PushContext {
  readonly instanceId: string;
  readonly generation: Generation;
  readonly shown: ShownConfig | undefined;
  /** Whether the peer would show this repo if it had it. */
  readonly sees: (repoId: string) => boolean;
}

/**
 * What the peer has that the change cannot be made beside: a Backrest ends its session over a configuration that does
 * not hold together, or leaves out what clashes without a word. In words for the operator; undefined when there is none.
 */
export function findConflict(change: SetConfig, context: PushContext): string | undefined {
  const { shown } = context;
  if (shown === undefined) return undefined;
  return repoClash(change, context, shown) ?? missingRepo(change, context, shown) ?? repoInUse(change, context, shown);
}

/**
 * A machine's own repo with the guid of a shared one: it would refuse it, or, where it grants everything, lose it to the
 * hub. The seed generation does not say where a repo came from.
 */
export function findOwnRepo(change: SetConfig, sharedBy: string, context: PushContext): string | undefined {
  const { instanceId, generation, shown } = context;
  if (generation === "seed") return undefined;
  const known = change.repos.map(({ guid }) => shown?.repos.get(guid));
  const own = known.find((repo) => repo !== undefined && repo.originInstanceId !== sharedBy);
  if (own === undefined) return undefined;
  return `"${instanceId}" has this repository as a repo of its own, "${own.id}", and keeps that; if it is to be the hub's, delete it there first`;
}

function repoClash(
  { repos, reposToDelete }: SetConfig,
  { instanceId }: PushContext,
  shown: ShownConfig,
): string | undefined {
  for (const { id, guid } of repos) {
    const others = [...shown.repos].filter(([otherGuid]) => otherGuid !== guid);
    if (others.some(([, other]) => other.id === id && !reposToDelete.includes(id))) {
      return `"${instanceId}" has another repository under the id "${id}"; give one of the two another id`;
    }
  }
  return undefined;
}

function missingRepo(
  { repos, plans, reposToDelete }: SetConfig,
  { instanceId, sees }: PushContext,
  shown: ShownConfig,
): string | undefined {
  const ids = new Set([...repos, ...shown.repos.values()].map(({ id }) => id));
  for (const id of reposToDelete) ids.delete(id);
  const lost = plans.find(({ repo }) => !ids.has(repo) && (sees(repo) || reposToDelete.includes(repo)));
  return lost === undefined
    ? undefined
    : `the plan "${lost.id}" needs the repo "${lost.repo}", which "${instanceId}" does not have; push that, too, or name another`;
}

function repoInUse(
  { plans, reposToDelete, plansToDelete }: SetConfig,
  { instanceId }: PushContext,
  shown: ShownConfig,
): string | undefined {
  const changed = new Set([...plans.map(({ id }) => id), ...plansToDelete]);
  for (const [id, { repo }] of shown.plans) {
    if (!reposToDelete.includes(repo) || changed.has(id)) continue;
    return `the plan "${id}" of "${instanceId}" uses the repo "${repo}"; delete the plan with it, or give it another repo`;
  }
  return undefined;
}
