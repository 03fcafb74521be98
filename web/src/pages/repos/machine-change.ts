import { create, fromJsonString, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import type { ShowDifferenceRequestSchema } from "../../../../gen/hub/v1/pushes_pb.js";
import { PlanSchema, RepoSchema } from "../../../../gen/v1/config_pb.js";
import { type RemoteConfig, RemoteConfigSchema } from "../../../../gen/v1sync/syncservice_pb.js";

/** What somebody wants to change on one machine: one plan or repo, to what a text says or away. */
export interface MachineChange {
  readonly kind: "plan" | "repo";
  /** Empty for a new one. */
  readonly id: string;
  readonly text: string;
  readonly remove: boolean;
}

export type Change = Pick<
  MessageInitShape<typeof ShowDifferenceRequestSchema>,
  "repos" | "plans" | "reposToDelete" | "plansToDelete"
>;

/** As the hub takes it. @throws Error that says what is wrong with the text */
export function changeOf({ kind, id, text, remove }: MachineChange): Change {
  if (remove) return kind === "plan" ? { plansToDelete: [id] } : { reposToDelete: [id] };
  return kind === "plan"
    ? { plans: [fromJsonString(PlanSchema, text, { ignoreUnknownFields: true })] }
    : { repos: [fromJsonString(RepoSchema, text, { ignoreUnknownFields: true })] };
}

/** Plans and repos that a machine shows, each with its text; secrets are masked in it. */
export function entriesOf(config: RemoteConfig = create(RemoteConfigSchema)): readonly Omit<MachineChange, "remove">[] {
  const written = (json: unknown) => JSON.stringify(json, undefined, 2);
  return [
    ...config.plans.map((plan) => ({ kind: "plan" as const, id: plan.id, text: written(toJson(PlanSchema, plan)) })),
    ...config.repos.map((repo) => ({ kind: "repo" as const, id: repo.id, text: written(toJson(RepoSchema, repo)) })),
  ];
}

/** A plan that nobody has entered yet: it backs up nothing by itself. */
export function newPlanText(config: RemoteConfig | undefined): string {
  const repo = config?.repos[0]?.id ?? "";
  return JSON.stringify({ id: "", repo, paths: [], schedule: { disabled: true } }, undefined, 2);
}
