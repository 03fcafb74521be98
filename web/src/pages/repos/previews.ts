import { PushPermission, type RepoDifference, type SharedRepoPreview } from "../../../../gen/hub/v1/pushes_pb.js";
import { isAboutGrant } from "../../words/hub-words.js";
import { repoDifferenceLines } from "./entry-lines.js";

/** Machines for which the same would change. */
export interface PreviewGroup {
  readonly difference: RepoDifference;
  readonly instanceIds: readonly string[];
  /** Whether they show what they have: else all of it is new as far as anybody knows. */
  readonly shows: boolean;
}

/** What would become of a changed shared repo on the machines that it is shared with. */
export interface PreviewSummary {
  /** Machines on which something would change, those with the most common difference first. */
  readonly groups: readonly PreviewGroup[];
  /** Machines that would be sent something at once, or when they connect. */
  readonly goes: readonly string[];
  /** Machines that have it already. */
  readonly have: readonly string[];
  /** Machines that would be sent nothing until something is done there. */
  readonly held: readonly { readonly instanceId: string; readonly message: string }[];
}

/** @param granted somebody says that the machines allow it: only what else is in the way holds it then */
export function summarizePreviews(machines: readonly SharedRepoPreview[], granted = false): PreviewSummary {
  const groups = new Map<string, { difference: RepoDifference; instanceIds: string[]; shows: boolean }>();
  const goes: string[] = [];
  const have: string[] = [];
  const held: { instanceId: string; message: string }[] = [];
  for (const { instanceId, difference, permission, message, showsConfiguration } of machines) {
    if (difference === undefined) {
      have.push(instanceId);
      continue;
    }
    if (permission === PushPermission.GRANTED || (granted && isAboutGrant(message))) goes.push(instanceId);
    else held.push({ instanceId, message });
    const key = `${showsConfiguration} ${JSON.stringify(repoDifferenceLines(difference))}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { difference, instanceIds: [instanceId], shows: showsConfiguration });
    else known.instanceIds.push(instanceId);
  }
  const sorted = [...groups.values()].sort((one, other) => other.instanceIds.length - one.instanceIds.length);
  return { groups: sorted, goes, have, held };
}

/** What changes with some fields besides the field: said before it is sent. */
export function warnings({ before, after, changedFields }: RepoDifference): readonly string[] {
  if (before === undefined || after === undefined) return [];
  const found: string[] = [];
  if (changedFields.includes("uri")) {
    found.push(
      `Backups will start anew in an empty repo if ${after.uri} does not hold the data of ${after.id} yet: each machine would send everything again.`,
    );
  }
  if (changedFields.includes("guid")) {
    found.push(
      "Machines know a repo by its guid: to them this is another repo. Those that have the old one keep it, with the plans that use it.",
    );
  }
  if (changedFields.includes("password")) {
    found.push(
      "Backups fail on every machine if the repository does not know this password yet: add it there first, with `restic key add`.",
    );
  }
  return found;
}

/** `a`, `a and b`, `a, b and 12 more`. */
export function names(ids: readonly string[], most = 3): string {
  if (ids.length <= most) {
    const last = ids.at(-1) ?? "";
    return ids.length < 2 ? last : `${ids.slice(0, -1).join(", ")} and ${last}`;
  }
  return `${ids.slice(0, most - 1).join(", ")} and ${ids.length - most + 1} more`;
}
