import { create, type DescMessage, equals, type MessageShape } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type Plan, PlanSchema, type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import {
  type RemoteConfig,
  RemoteConfigSchema,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
} from "../../gen/v1sync/syncservice_pb.js";
import { difference } from "../fleet/push-change.js";
import { describeConfig } from "../fleet/shown-config.js";

/** One entry that a push would change, secrets included; without `after` it would be deleted. */
export type EntryDifference =
  | {
      readonly kind: "repo";
      readonly before: Repo | undefined;
      readonly after: Repo | undefined;
      readonly fields: string[];
    }
  | {
      readonly kind: "plan";
      readonly before: Plan | undefined;
      readonly after: Plan | undefined;
      readonly fields: string[];
    };

/** What a tidy change would do to a configuration, entry by entry. */
export function differencesOf(change: SetConfig, config: RemoteConfig | undefined): EntryDifference[] {
  const { repos, plans } = config ?? create(RemoteConfigSchema);
  const left = difference(change, config === undefined ? undefined : describeConfig(config));
  return [
    ...left.repos.map((after) => {
      const before = repos.find(({ guid }) => guid === after.guid);
      return { kind: "repo" as const, before, after, fields: changedFields(RepoSchema, before, after) };
    }),
    ...left.plans.map((after) => {
      const before = plans.find(({ id }) => id === after.id);
      return { kind: "plan" as const, before, after, fields: changedFields(PlanSchema, before, after) };
    }),
    ...left.reposToDelete.map((gone) => {
      const before = repos.find(({ id }) => id === gone) ?? create(RepoSchema, { id: gone });
      return { kind: "repo" as const, before, after: undefined, fields: [] };
    }),
    ...left.plansToDelete.map((gone) => {
      const before = plans.find(({ id }) => id === gone) ?? create(PlanSchema, { id: gone });
      return { kind: "plan" as const, before, after: undefined, fields: [] };
    }),
  ];
}

/** The one of a repo against an older one; undefined where nothing differs. */
export function repoDifference(
  before: Repo | undefined,
  after: Repo,
): Extract<EntryDifference, { kind: "repo" }> | undefined {
  const fields = changedFields(RepoSchema, before, after);
  return before !== undefined && fields.length === 0 ? undefined : { kind: "repo", before, after, fields };
}

/** Names of the fields whose values differ; none when one side is absent. */
function changedFields<Desc extends DescMessage>(
  schema: Desc,
  before: MessageShape<Desc> | undefined,
  after: MessageShape<Desc>,
): string[] {
  if (before === undefined) return [];
  return schema.fields
    .filter((field) => {
      const [one, other] = [only(schema, before, field.name), only(schema, after, field.name)];
      return !equals(schema, one, other);
    })
    .map(({ name }) => name);
}

/** A message with this one field of another. */
function only<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, name: string): MessageShape<Desc> {
  const copy = create(schema);
  const [from, to] = [reflect(schema, message), reflect(schema, copy)];
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field !== undefined && from.isSet(field)) to.set(field, from.get(field));
  return copy;
}
