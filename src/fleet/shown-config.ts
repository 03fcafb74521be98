import { createHash } from "node:crypto";
import { clone, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type Plan, PlanSchema, type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import type { RemoteConfig } from "../../gen/v1sync/syncservice_pb.js";
import type { Generation } from "../store/store.js";

/** What a peer showed of its configuration, without its contents: enough to tell whether a push would change it. */
export interface ShownConfig {
  /** Rises with every change there. */
  readonly modno: number;
  /** By guid, which is how a Backrest recognises a repo. */
  readonly repos: ReadonlyMap<string, ShownRepo>;
  /** By id. */
  readonly plans: ReadonlyMap<string, ShownPlan>;
}

export interface ShownPlan {
  /** The id of its repo. */
  readonly repo: string;
  readonly fingerprint: string;
}

export interface ShownRepo {
  readonly id: string;
  readonly fingerprint: string;
  /** The host that it came from; empty for a repo of its own. */
  readonly originInstanceId: string;
}

export function describeConfig({ modno, repos, plans }: RemoteConfig): ShownConfig {
  return {
    modno,
    repos: new Map(
      repos.map((repo) => [
        repo.guid,
        { id: repo.id, fingerprint: repoFingerprint(repo), originInstanceId: repo.originInstanceId },
      ]),
    ),
    plans: new Map(plans.map((plan) => [plan.id, { repo: plan.repo, fingerprint: planFingerprint(plan) }])),
  };
}

/** A peer that may not show its configuration sends an empty one. */
export function showsNothing({ repos, plans }: ShownConfig): boolean {
  return repos.size === 0 && plans.size === 0;
}

/**
 * A repo as it is sent to a peer of that generation: `env` sorted, since a Backrest sorts it and would write its file
 * anew each time, and without what the seed generation would drop.
 */
export function tidyRepo(repo: Repo, generation: Generation): Repo {
  const tidy = withoutUnknown(RepoSchema, repo);
  tidy.env.sort();
  if (generation === "seed") {
    tidy.shared = false;
    tidy.originInstanceId = "";
    delete tidy.forgetPolicy;
  }
  return tidy;
}

/** A plan as it is sent: `paths` sorted, for the same reason. */
export function tidyPlan(plan: Plan): Plan {
  const tidy = withoutUnknown(PlanSchema, plan);
  tidy.paths.sort();
  return tidy;
}

/** Equal for repos of equal content, whatever the order of their `env`. */
export function repoFingerprint(repo: Repo): string {
  return fingerprint(RepoSchema, tidyRepo(repo, "current"));
}

/** Equal for plans of equal content, whatever the order of their `paths`. */
export function planFingerprint(plan: Plan): string {
  return fingerprint(PlanSchema, tidyPlan(plan));
}

function fingerprint<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  return createHash("sha256").update(toBinary(schema, message)).digest("base64");
}

/** What another version of Backrest may add to a message is none of the hub's to send back, nor to compare. */
function withoutUnknown<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): MessageShape<Desc> {
  const copy = clone(schema, message);
  delete copy.$unknown;
  return copy;
}
