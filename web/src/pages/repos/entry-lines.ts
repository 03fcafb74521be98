import { type DescMessage, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import type { PlanDifference, RepoDifference } from "../../../../gen/hub/v1/pushes_pb.js";
import { PlanSchema, type Repo, RepoSchema } from "../../../../gen/v1/config_pb.js";

/** What the hub puts in the place of a secret. */
export const MASK = "***hidden***";

/** One setting of a repo or a plan, as it is or as it would become. */
export interface Line {
  readonly kind: "same" | "added" | "removed" | "changed";
  /** As in a Backrest's file, nested ones with a point between. */
  readonly name: string;
  readonly text: string;
}

/** That a repo comes from a hub, and from which, is the same for all and nobody's to decide. */
const OWN_TO_SHARING = ["shared", "originInstanceId"];

/** The settings of a repo, a line each; of a list a line for each of its entries. */
export function repoLines(repo: Repo): Line[] {
  return linesOf(RepoSchema, repo, "same").filter(isSetting);
}

/** What of a repo would be added, removed and changed, among what stays. */
export function repoDifferenceLines({ before, after, changedFields }: RepoDifference): Line[] {
  return differenceLines(RepoSchema, before, after, changedFields).filter(isSetting);
}

function isSetting({ name }: Line): boolean {
  return !OWN_TO_SHARING.includes(name);
}

export function planDifferenceLines({ before, after, changedFields }: PlanDifference): Line[] {
  return differenceLines(PlanSchema, before, after, changedFields);
}

function differenceLines<Desc extends DescMessage>(
  schema: Desc,
  before: MessageShape<Desc> | undefined,
  after: MessageShape<Desc> | undefined,
  changedFields: readonly string[],
): Line[] {
  if (before === undefined) return after === undefined ? [] : linesOf(schema, after, "added");
  if (after === undefined) return linesOf(schema, before, "removed");
  const [old, next] = [toObject(schema, before), toObject(schema, after)];
  return schema.fields.flatMap(({ name, jsonName }) => {
    const [one, other] = [fieldLines(jsonName, old[jsonName]), fieldLines(jsonName, next[jsonName])];
    const removed = without(one, other);
    const added = without(other, one);
    const stays = without(other, added);
    const isHidden = removed.length + added.length === 0 && changedFields.includes(name);
    return [
      ...stays.map((line) => ({
        ...line,
        kind: isHidden && line.text.includes(MASK) ? ("changed" as const) : line.kind,
      })),
      ...removed.map((line) => ({ ...line, kind: "removed" as const })),
      ...added.map((line) => ({ ...line, kind: "added" as const })),
    ];
  });
}

/** The lines of the first that are not among the others; twice is twice. */
function without(lines: readonly Line[], others: readonly Line[]): Line[] {
  const left = others.map(keyOf);
  return lines.filter((line) => {
    const index = left.indexOf(keyOf(line));
    if (index < 0) return true;
    left.splice(index, 1);
    return false;
  });
}

function keyOf({ name, text }: Line): string {
  return `${name}\0${text}`;
}

function linesOf<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, kind: Line["kind"]): Line[] {
  const object = toObject(schema, message);
  return schema.fields.flatMap(({ jsonName }) =>
    fieldLines(jsonName, object[jsonName]).map((line) => ({ ...line, kind })),
  );
}

function toObject<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Record<string, JsonValue> {
  const json = toJson(schema, message);
  return json !== null && typeof json === "object" && !Array.isArray(json) ? json : {};
}

function fieldLines(name: string, value: JsonValue | undefined): Line[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => fieldLines(name, item));
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, inner]) => fieldLines(`${name}.${key}`, inner));
  }
  return [{ kind: "same", name, text: String(value) }];
}
